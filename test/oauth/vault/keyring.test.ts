import { spawn } from "node:child_process";
import { once } from "node:events";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inspect } from "node:util";

import { Keyring, keyringFile } from "../../../oauth/vault/keyring";

const context = { tenant: "local", id: "11111111-1111-4111-8111-111111111111" };
const dataKey = Buffer.alloc(32, 7);

let directory: string;
let file: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "deploy4me-keyring-"));
  file = join(directory, "vault", "keyring.json");
});
afterEach(() => {
  rmSync(directory, { recursive: true });
});

/** What lies in the file, for tests that change it by hand. */
interface Content {
  format: number;
  current: number;
  keys: { version: number; created: string; key: string }[];
}
function content(): Content {
  return JSON.parse(readFileSync(file, "utf8")) as Content;
}
function write(changed: unknown): void {
  writeFileSync(file, typeof changed === "string" ? changed : JSON.stringify(changed), { mode: 0o600 });
}

describe("a keyring", () => {
  test("is made once, for its owner alone", async () => {
    const made = Keyring.open(file, { create: true });
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(statSync(join(directory, "vault")).mode & 0o777).toBe(0o700);
    const wrapped = await made.wrap(dataKey, context);
    const again = Keyring.open(file, { create: true });
    expect(await again.unwrap(wrapped, context)).toEqual(dataKey);
    expect(readdirSync(join(directory, "vault"))).toEqual(["keyring.json"]);
  });

  test("is not made when it has to be there", () => {
    expect(catchError(() => Keyring.open(file))).toMatchObject({ code: "KEYRING_UNUSABLE", why: "missing" });
    expect(existsSync(file)).toBe(false);
  });

  test.each([0o640, 0o604, 0o660, 0o644])("is not used when others may read or write it (%o)", (mode) => {
    Keyring.open(file, { create: true });
    chmodSync(file, mode);
    const error = catchError(() => Keyring.open(file));
    expect(error).toMatchObject({ code: "KEYRING_UNUSABLE", why: "not-private" });
    expect(error.message).toContain(`chmod 600 ${file}`);
  });

  test.each<[string, (content: Content) => unknown]>([
    ["not JSON", () => "{"],
    ["an empty file", () => ""],
    ["without keys", (it) => ({ ...it, keys: [] })],
    ["without its current key", (it) => ({ ...it, current: 9 })],
    ["with two keys of one version", (it) => ({ ...it, keys: [...it.keys, ...it.keys] })],
    ["with a key that is too short", (it) => ({ ...it, keys: [{ ...it.keys[0], key: it.keys[0]!.key.slice(1) }] })],
    ["of a later format", (it) => ({ ...it, format: 2 })],
  ])("that is damaged says so, and shows nothing of its keys: %s", (_, damage) => {
    Keyring.open(file, { create: true });
    const before = content();
    write(damage(before));
    const error = catchError(() => Keyring.open(file));
    expect(error).toMatchObject({ code: "KEYRING_UNUSABLE", why: "damaged", file });
    expect(`${error.message}${error.stack}`).not.toContain(before.keys[0]!.key.slice(4, 12));
  });

  test("that is a folder says so", () => {
    mkdirSync(file, { recursive: true, mode: 0o700 });
    expect(catchError(() => Keyring.open(file))).toMatchObject({ code: "KEYRING_UNUSABLE", why: "unreadable" });
  });

  test("wraps for one tenant and id, under the current version", async () => {
    const keyring = Keyring.open(file, { create: true });
    const wrapped = await keyring.wrap(dataKey, context);
    expect(wrapped.version).toBe(1);
    for (const other of [
      { ...context, tenant: "other" },
      { ...context, id: "22222222-2222-4222-8222-222222222222" },
    ])
      await expect(keyring.unwrap(wrapped, other)).rejects.toMatchObject({ code: "KEY_DOES_NOT_FIT" });
  });

  test("follows what another process does to the file", async () => {
    const [mine, others] = [Keyring.open(file, { create: true }), Keyring.open(file)];
    const old = await mine.wrap(dataKey, context);
    expect(await others.add()).toBe(2);
    expect(await mine.currentVersion()).toBe(2);
    expect(await mine.unwrap(old, context)).toEqual(dataKey);
    expect((await mine.wrap(dataKey, context)).version).toBe(2);
    await others.retire(1);
    await expect(mine.unwrap(old, context)).rejects.toMatchObject({ code: "UNKNOWN_KEY_VERSION", version: 1 });
    expect(await mine.versions()).toEqual([2]);
    expect(statSync(file).mode & 0o777).toBe(0o600);
  });

  test("does not open with a key of the same version from another keyring", async () => {
    const wrapped = await Keyring.open(file, { create: true }).wrap(dataKey, context);
    rmSync(file);
    const other = Keyring.open(file, { create: true });
    await expect(other.unwrap(wrapped, context)).rejects.toMatchObject({ code: "KEY_DOES_NOT_FIT" });
  });

  test("keeps its current key", async () => {
    const keyring = Keyring.open(file, { create: true });
    await expect(keyring.retire(1)).rejects.toThrow("current");
    expect(content().keys).toHaveLength(1);
  });

  test("that can't be changed says so, and stays as it is", async () => {
    const keyring = Keyring.open(file, { create: true });
    const before = readFileSync(file);
    // Root writes everywhere, so what keeps it from writing is that the lock's name is taken by a folder.
    mkdirSync(`${file}.lock`);
    await expect(keyring.add()).rejects.toMatchObject({ code: "KEYRING_UNUSABLE", why: "not-writable" });
    expect(readFileSync(file)).toEqual(before);
  });

  test("never gives a version twice, and loses none, when several processes add at once", async () => {
    Keyring.open(file, { create: true });
    const worker = join(__dirname, "keyring-worker.js");
    const children = Array.from({ length: 3 }, () =>
      spawn(process.execPath, [worker, file, "15"], { stdio: "inherit" }),
    );
    const ends = await Promise.all(children.map((child) => once(child, "exit")));
    expect(ends.map(([code]: unknown[]) => code)).toEqual([0, 0, 0]);
    expect(content().keys.map(({ version }) => version)).toEqual(Array.from({ length: 46 }, (_, index) => index + 1));
    expect(content().current).toBe(46);
  });

  test("shows no key when it is printed", () => {
    const keyring = Keyring.open(file, { create: true });
    const { key } = content().keys[0]!;
    const hex = Buffer.from(key, "base64url").toString("hex");
    for (const shown of [inspect(keyring, { depth: 10, showHidden: true }), JSON.stringify(keyring)]) {
      expect(shown).not.toContain(key);
      expect(shown).not.toContain(hex.slice(0, 8));
    }
  });
});

test("the keyring lies beside the vault, or where the environment says", () => {
  expect(keyringFile("/home", {})).toBe("/home/keyring.json");
  expect(keyringFile("/home", { DEPLOY4ME_KEYRING_FILE: "" })).toBe("/home/keyring.json");
  expect(keyringFile("/home", { DEPLOY4ME_KEYRING_FILE: "/run/keys" })).toBe("/run/keys");
});

function catchError(run: () => unknown): Error {
  try {
    run();
  } catch (error) {
    if (error instanceof Error) return error;
  }
  throw new Error("nothing was thrown");
}
