import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";

import type { Connection } from "../../../oauth/connection";
import { Keyring } from "../../../oauth/vault/keyring";
import type { KeyContext, MasterKeys, WrappedKey } from "../../../oauth/vault/master-keys";
import { rotateMasterKey } from "../../../oauth/vault/rotation";
import type { Store } from "../../../oauth/vault/store";
import { Vault } from "../../../oauth/vault/vault";
import { digitalOceanToken } from "./examples";
import type { WorkerTask } from "./rotation-worker";
import { openStore, type StoreAddress, storeSources } from "./stores";

describe.each(storeSources())("rotation of the master key, of a vault in $name", (source) => {
  let directory: string;
  let keyringFile: string;
  let address: StoreAddress;
  let store: Store;
  let vault: Vault<Keyring>;

  beforeAll(() => source.start());
  afterAll(() => source.stop());
  beforeEach(async () => {
    directory = mkdtempSync(join(tmpdir(), "deploy4me-keyring-"));
    keyringFile = join(directory, "keyring.json");
    address = await source.address();
    store = await openStore(address);
    vault = new Vault({ store, keys: Keyring.open(keyringFile, { create: true }) });
  });
  afterEach(async () => {
    await vault.close();
    rmSync(directory, { recursive: true });
  });

  async function fill(count: number): Promise<readonly Connection[]> {
    const added = [];
    for (let index = 0; index < count; index++)
      added.push(
        await vault.add({ tenant: "local", name: `c${index}`, credentials: digitalOceanToken(`token ${index}`) }),
      );
    return added;
  }

  test("puts everything under a new key and forgets the old one; the credentials stay as they are", async () => {
    const connections = await fill(230);
    const sealed = await store.list("local");
    const old = readFileSync(keyringFile, "utf8");
    const seen: number[] = [];
    const rotation = await rotateMasterKey(vault, { onProgress: (count) => seen.push(count) });
    expect(rotation).toEqual({ version: 2, rewrapped: 230, retired: [1] });
    expect(seen.at(-1)).toBe(230);
    expect(await store.keyVersions()).toEqual([2]);
    const { keys } = JSON.parse(readFileSync(keyringFile, "utf8")) as { keys: { version: number; key: string }[] };
    expect(keys.map(({ version }) => version)).toEqual([2]);
    expect(old).not.toContain(keys[0]!.key);
    for (const [index, connection] of connections.entries())
      expect((await vault.read(connection)).credentials).toEqual(digitalOceanToken(`token ${index}`));
    expect((await store.list("local")).map((row) => row.sealed)).toEqual(sealed.map((row) => row.sealed));
  });

  test("of an empty vault changes the key all the same", async () => {
    expect(await rotateMasterKey(vault)).toEqual({ version: 2, rewrapped: 0, retired: [1] });
  });

  test("keeps the old key while an entry does not open, tells which, and ends when it is gone", async () => {
    const [first, second] = await fill(3);
    const { row } = (await store.read(first!))!;
    await store.replace(first!, row.revision, { ...row, dataKey: Buffer.from("damaged") });
    await expect(rotateMasterKey(vault)).rejects.toMatchObject({
      code: "ROTATION_INCOMPLETE",
      version: 2,
      entries: [first!.id],
    });
    expect(await vault.keys.versions()).toEqual([1, 2]);
    expect((await vault.read(second!)).credentials).toEqual(digitalOceanToken("token 1"));
    await vault.remove(first!);
    expect(await rotateMasterKey(vault)).toEqual({ version: 3, rewrapped: 2, retired: [1, 2] });
  });

  test("that is cut off does no harm, and the next one ends it", async () => {
    const connections = await fill(20);
    const cut = new AbortController();
    const onProgress = (count: number): void => {
      if (count === 7) cut.abort();
    };
    await expect(rotateMasterKey(vault, { signal: cut.signal, onProgress })).rejects.toMatchObject({
      name: "AbortError",
    });
    expect(await store.keyVersions()).toEqual([1, 2]);
    for (const connection of connections) await vault.read(connection);
    expect(await rotateMasterKey(vault)).toEqual({ version: 3, rewrapped: 20, retired: [1, 2] });
    for (const connection of connections) await vault.read(connection);
  });

  test("is not undone by a process that still has the old keyring in memory", async () => {
    const [connection] = await fill(1);
    const late = new Vault({
      store,
      keys: new LateKeys(vault.keys, await vault.keys.wrap(Buffer.alloc(32, 1), connection!)),
    });
    await rotateMasterKey(vault);
    await late.update(connection!, () => ({ change: { credentials: digitalOceanToken("late") }, result: 0 }));
    await late.add({ tenant: "local", name: "late", credentials: digitalOceanToken("late") });
    expect(await store.keyVersions()).toEqual([2]);
    expect((await vault.read(connection!)).credentials).toEqual(digitalOceanToken("late"));
  });

  test("is not noticed by who has read a row under the old key and opens it afterwards", async () => {
    const [connection] = await fill(1);
    const read = store.read.bind(store);
    const slow = new Vault({ store, keys: vault.keys });
    store.read = async (reference) => {
      const found = await read(reference);
      store.read = read;
      await rotateMasterKey(vault);
      return found;
    };
    expect((await slow.read(connection!)).credentials).toEqual(digitalOceanToken("token 0"));
    expect(await vault.keys.versions()).toEqual([2]);
  });

  test("by two at once ends with one key that opens everything", async () => {
    const connections = await fill(40);
    const other = new Vault({ store: await openStore(address), keys: Keyring.open(keyringFile) });
    await Promise.all([rotateMasterKey(vault), rotateMasterKey(other)]);
    await other.close();
    const versions = await vault.keys.versions();
    expect(await store.keyVersions()).toEqual(versions.slice(-1));
    for (const connection of connections) await vault.read(connection);
  });

  test("while three processes read and write: none of them meets an error, and nothing is lost", async () => {
    const connections = await fill(12);
    const ids = connections.map(({ id }) => id);
    const children = ["a", "b", "c"].map((name) => work({ address, keyringFile, ids, name }));
    await Promise.all(children.map(({ ready }) => ready));
    let version = 1;
    for (let turn = 0; turn < 5; turn++) ({ version } = await rotateMasterKey(vault));
    for (const { child } of children) child.stdin!.end();
    const ends = await Promise.all(children.map(({ end }) => end));
    expect(ends).toEqual(ends.map(() => ({ code: 0, turns: expect.any(Number) as number, errors: "" })));
    expect(version).toBe(6);
    expect(await store.keyVersions()).toEqual([6]);
    expect(await vault.keys.versions()).toEqual([6]);
    for (const connection of connections)
      expect(JSON.stringify((await vault.read(connection)).credentials)).toContain(`${connection.id} of `);
  });
});

/** A process that sees a rotation late: the first two times it wraps with the key that it had before. */
class LateKeys implements MasterKeys {
  private late = 2;

  constructor(
    private readonly keys: MasterKeys,
    private readonly old: WrappedKey,
  ) {}

  currentVersion(): Promise<number> {
    return this.keys.currentVersion();
  }

  wrap(dataKey: Uint8Array, context: KeyContext): Promise<WrappedKey> {
    return this.late-- > 0 ? Promise.resolve(this.old) : this.keys.wrap(dataKey, context);
  }

  unwrap(key: WrappedKey, context: KeyContext): Promise<Buffer> {
    return this.keys.unwrap(key, context);
  }
}

interface Work {
  readonly child: ChildProcess;
  readonly ready: Promise<unknown>;
  readonly end: Promise<{ readonly code: unknown; readonly turns: number; readonly errors: string }>;
}

function work(task: WorkerTask): Work {
  const child = spawn(process.execPath, [join(__dirname, "rotation-worker.js"), JSON.stringify(task)], {
    stdio: "pipe",
    timeout: 60_000,
  });
  const [output, errors] = [text(child.stdout), text(child.stderr)];
  const end = once(child, "exit").then(async ([code]: unknown[]) => ({
    code,
    turns: Number((await output).split("\n")[1]),
    errors: await errors,
  }));
  return { child, ready: Promise.race([once(child.stdout, "data"), end]), end };
}
