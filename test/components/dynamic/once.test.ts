import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { provider as authorities } from "../../../components/dynamic/authority-provider";
import { provider as keys } from "../../../components/dynamic/keys-provider";
import { password, provider as passwords } from "../../../components/dynamic/password-provider";
import { provider as presences } from "../../../components/dynamic/presence-provider";
import { unknownValue } from "../../../components/dynamic/provider";

describe("an SSH key pair", () => {
  test("is made once, and named by its fingerprint", async () => {
    const { id, outs } = await keys.create({ comment: "office" });
    expect(outs).toMatchObject({ comment: "office", fingerprint: id });
    expect(outs?.publicKey).toMatch(/^ssh-ed25519 \S+ office$/);
    expect(id).toMatch(/^SHA256:/);
  });

  test("stays the same key with another comment", async () => {
    const { id, outs } = await keys.create({ comment: "office" });
    if (!outs) throw new Error("nothing was made");
    await expect(keys.diff(id, outs, { comment: "other" })).resolves.toEqual({ changes: true });
    const updated = await keys.update(id, outs, { comment: "other" });
    expect(updated.outs).toMatchObject({ fingerprint: id, publicKey: outs.publicKey.replace("office", "other") });
  });

  test("is no change while nothing changes, and after a refresh", async () => {
    const { id, outs } = await keys.create({ comment: "office" });
    if (!outs) throw new Error("nothing was made");
    await expect(keys.diff(id, outs, { comment: "office" })).resolves.toEqual({ changes: false });
    await expect(keys.read(id, outs)).resolves.toEqual({ id, props: outs });
  });

  test.each([
    ["office", true],
    [unknownValue, true],
    ["", false],
    ["two words", false],
    ["two\nlines", false],
    ["x".repeat(201), false],
  ])("takes the comment %p: %p", async (comment, fine) => {
    const { failures = [] } = await keys.check({ comment }, { comment });
    expect(failures.map(({ property }) => property)).toEqual(fine ? [] : ["comment"]);
  });
});

describe("a password", () => {
  test("has all kinds of characters, and none that is mistaken for another", () => {
    for (let round = 0; round < 200; round++)
      expect(password(16)).toMatch(/^(?=.*[a-z])(?=.*[A-Z])(?=.*[0-9])[^lIO01]{16}$/);
    expect(password(24)).not.toBe(password(24));
  });

  test("of another length is another password, made before the old one goes", async () => {
    const { id, outs } = await passwords.create({ length: 24 });
    if (!outs) throw new Error("nothing was made");
    expect(outs.value).toHaveLength(24);
    await expect(passwords.diff(id, outs, { length: 24 })).resolves.toEqual({ changes: false });
    await expect(passwords.diff(id, outs, { length: 32 })).resolves.toEqual({
      changes: true,
      replaces: ["length"],
      deleteBeforeReplace: false,
    });
  });

  test.each([15, 129, 24.5, NaN])("is never of length %p", async (length) => {
    const { failures } = await passwords.check({ length }, { length });
    expect(failures).toEqual([
      { property: "length", reason: `length has to be between 16 and 128 (it is ${length}).` },
    ]);
  });
});

describe("a certificate authority", () => {
  const directory = mkdtempSync(join(tmpdir(), "deploy4me-authority-"));
  afterAll(() => {
    rmSync(directory, { recursive: true });
  });

  test("is a root with its name, for ten years", async () => {
    const { outs } = await authorities.create({ commonName: "deploy4me-sandbox-office" });
    if (!outs) throw new Error("nothing was made");
    const file = join(directory, "ca.pem");
    writeFileSync(file, outs.certificate);
    const shown = execFileSync(
      "openssl",
      ["x509", "-noout", "-subject", "-issuer", "-enddate", "-dateopt", "iso_8601", "-in", file],
      {
        encoding: "utf8",
        timeout: 10_000,
      },
    );
    expect(shown).toContain("subject=CN = deploy4me-sandbox-office\nissuer=CN = deploy4me-sandbox-office\n");
    expect(shown).toContain(`notAfter=${outs.notAfter.slice(0, 10)}`);
    expect(Date.parse(outs.notAfter) - Date.now()).toBeGreaterThan(9.9 * 365 * 86_400_000);
  });

  test("with another name is another authority", async () => {
    const { id, outs } = await authorities.create({ commonName: "a" });
    if (!outs) throw new Error("nothing was made");
    await expect(authorities.diff(id, outs, { commonName: "a" })).resolves.toEqual({ changes: false });
    await expect(authorities.diff(id, outs, { commonName: "b" })).resolves.toMatchObject({ replaces: ["commonName"] });
  });

  test.each(["", "x".repeat(65), "ü"])("is not called %p", async (commonName) => {
    const { failures } = await authorities.check({ commonName }, { commonName });
    expect(failures).toHaveLength(1);
  });
});

describe("a presence", () => {
  const there = { present: true, generation: 1 };

  test("counts from one, whether the thing was there before or not", async () => {
    await expect(presences.create({ present: false })).resolves.toEqual({ id: "presence", outs: there });
  });

  test.each([
    [true, false],
    [unknownValue, false],
    [false, true],
  ] as const)("is a change only when the thing is missing: %p → %p", async (present, changes) => {
    await expect(presences.diff("presence", there, { present })).resolves.toEqual({ changes });
    // The first deployment's state, in which the thing was not there yet.
    await expect(presences.diff("presence", { ...there, present: false }, { present })).resolves.toEqual({ changes });
  });

  test("counts one more when it was missing", async () => {
    await expect(presences.update("presence", there, { present: false })).resolves.toEqual({
      outs: { present: true, generation: 2 },
    });
  });
});
