import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";

import { openEmbeddedVault } from "../../../oauth/vault/embedded";
import type { Keyring } from "../../../oauth/vault/keyring";
import type { Vault } from "../../../oauth/vault/vault";
import { awsRole, digitalOceanOAuth, digitalOceanToken } from "./examples";

let directory: string;
let vault: Vault<Keyring>;
beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), "deploy4me-vault-"));
  vault = await openEmbeddedVault(directory, {});
});
afterEach(async () => {
  await vault.close();
  rmSync(directory, { recursive: true });
});

/** Does to the database what somebody could who may write to it and has no key. */
function tamper(statement: string): void {
  const database = new DatabaseSync(join(directory, "vault.db"));
  database.exec(statement);
  database.close();
}

describe("a vault", () => {
  test.each([digitalOceanOAuth(), digitalOceanToken(), awsRole()])(
    "keeps $kind, across openings",
    async (credentials) => {
      const account = { uuid: "0000", email: "owner@example.com", seen: "2026-01-01T00:00:00.000Z" };
      const added = await vault.add({ tenant: "local", name: "main", credentials, account });
      await vault.close();
      vault = await openEmbeddedVault(directory, {});
      const { connection, credentials: kept } = await vault.read(added);
      expect(kept).toEqual(credentials);
      expect(connection).toEqual({ ...added, kind: credentials.kind, state: "usable", account });
      expect(await vault.find("local", "main")).toEqual(added);
    },
  );

  test("keeps tenants apart: names, ids and lists", async () => {
    const mine = await vault.add({ tenant: "one", name: "main", credentials: digitalOceanToken() });
    await vault.add({ tenant: "two", name: "main", credentials: digitalOceanToken() });
    expect(await vault.list("one")).toEqual([mine]);
    const stranger = { tenant: "two", id: mine.id };
    await expect(vault.read(stranger)).rejects.toMatchObject({ code: "CONNECTION_NOT_FOUND" });
    await expect(vault.update(stranger, () => ({ result: 0 }))).rejects.toMatchObject({ code: "CONNECTION_NOT_FOUND" });
    await expect(vault.remove(stranger)).rejects.toMatchObject({ code: "CONNECTION_NOT_FOUND" });
    expect((await vault.read(mine)).connection.tenant).toBe("one");
  });

  test("refuses a second connection of a name, and a name or credentials that can't be", async () => {
    await vault.add({ tenant: "local", name: "main", credentials: digitalOceanToken() });
    await expect(vault.add({ tenant: "local", name: "main", credentials: awsRole() })).rejects.toMatchObject({
      code: "CONNECTION_NAME_TAKEN",
    });
    for (const name of ["", "-x", "a b", "x".repeat(65), "../x"])
      await expect(vault.add({ tenant: "local", name, credentials: digitalOceanToken() })).rejects.toThrow();
    const broken = { ...awsRole(), roleArn: "arn:aws:iam::1:user/x" };
    await expect(vault.add({ tenant: "local", name: "other", credentials: broken })).rejects.toThrow();
    expect(await vault.list("local")).toHaveLength(1);
  });

  test("changes what it is told to and keeps the rest", async () => {
    const added = await vault.add({ tenant: "local", name: "main", credentials: digitalOceanToken("first") });
    await vault.update(added, () => ({ change: { state: { state: "reconnect", reason: "refused" } }, result: 0 }));
    expect((await vault.read(added)).connection).toMatchObject({ state: "reconnect", reason: "refused" });
    await vault.update(added, () => ({ change: { credentials: digitalOceanToken("second") }, result: 0 }));
    expect(await vault.read(added)).toMatchObject({
      connection: { state: "reconnect", reason: "refused" },
      credentials: digitalOceanToken("second"),
    });
    await vault.update(added, () => ({ change: { state: { state: "usable" } }, result: 0 }));
    const { connection } = await vault.read(added);
    expect(connection).toMatchObject({ state: "usable", created: added.created });
    expect(connection).not.toHaveProperty("reason");
    await expect(vault.update(added, () => ({ change: { credentials: awsRole() }, result: 0 }))).rejects.toThrow(
      "aws-role",
    );
  });

  test("loses none of the changes that many make at once", async () => {
    const added = await vault.add({ tenant: "local", name: "main", credentials: digitalOceanToken() });
    const others = await Promise.all(Array.from({ length: 3 }, () => openEmbeddedVault(directory, {})));
    const raise = (one: Vault): Promise<number> =>
      one.update(added, ({ renewal }) => ({
        change: { renewal: { ...renewal, fence: renewal.fence + 1 } },
        result: renewal.fence + 1,
      }));
    const fences = await Promise.all(others.flatMap((one) => [raise(one), raise(one), raise(one)]));
    expect(fences.sort((a, b) => a - b)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9]);
    for (const one of others) await one.close();
  });

  test("seals the same credentials otherwise each time, under a data key of its own", async () => {
    const rows = [];
    for (const name of ["one", "two"]) {
      const added = await vault.add({ tenant: "local", name, credentials: digitalOceanToken("same") });
      rows.push((await vault.store.read(added))!.row);
      await vault.update(added, ({ credentials }) => ({ change: { credentials }, result: 0 }));
      rows.push((await vault.store.read(added))!.row);
    }
    for (const part of ["dataKey", "sealed"] as const)
      expect(new Set(rows.map((row) => Buffer.from(row[part]).toString("hex"))).size).toBe(4);
  });

  test("forgets a connection, and its name is free again", async () => {
    const added = await vault.add({ tenant: "local", name: "main", credentials: digitalOceanToken() });
    await vault.remove(added);
    await expect(vault.read(added)).rejects.toMatchObject({ code: "CONNECTION_NOT_FOUND" });
    await expect(vault.find("local", "main")).rejects.toMatchObject({
      code: "CONNECTION_NOT_FOUND",
      message: expect.stringContaining("deploy4me connect") as string,
    });
    await vault.add({ tenant: "local", name: "main", credentials: digitalOceanToken() });
  });
});

describe("an entry that somebody has tampered with does not open", () => {
  test.each([
    ["moved to another tenant", "UPDATE connection SET tenant = 'other' WHERE name = 'mine'", { tenant: "other" }],
    [
      "moved to another id",
      "UPDATE connection SET id = '22222222-2222-4222-8222-222222222222' WHERE name = 'mine'",
      { id: "22222222-2222-4222-8222-222222222222" },
    ],
    ["of another kind", "UPDATE connection SET kind = 'aws-role' WHERE name = 'mine'", {}],
    [
      "with the whole envelope of another",
      "UPDATE connection SET (data_key, sealed) = (SELECT data_key, sealed FROM connection WHERE name = 'theirs') WHERE name = 'mine'",
      {},
    ],
    [
      "with the sealed text of another",
      "UPDATE connection SET sealed = (SELECT sealed FROM connection WHERE name = 'theirs') WHERE name = 'mine'",
      {},
    ],
    ["with an empty envelope", "UPDATE connection SET data_key = x'', sealed = x'' WHERE name = 'mine'", {}],
    ["with words about it that are not JSON", "UPDATE connection SET about = '{' WHERE name = 'mine'", {}],
    ["with a state that there is not", "UPDATE connection SET about = json_set(about, '$.state', 'root')", {}],
    ["with a name that can't be", "UPDATE connection SET name = '../mine' WHERE name = 'mine'", {}],
    ["of a kind that there is not", "UPDATE connection SET kind = 'root' WHERE name = 'mine'", {}],
  ])("%s", async (_, statement, elsewhere) => {
    const mine = await vault.add({ tenant: "local", name: "mine", credentials: digitalOceanToken("canary") });
    await vault.add({ tenant: "local", name: "theirs", credentials: digitalOceanToken() });
    tamper(statement);
    const error: unknown = await vault
      .read({ tenant: mine.tenant, id: mine.id, ...elsewhere })
      .catch((it: unknown) => it);
    expect(error).toMatchObject({ code: "VAULT_ROW_DAMAGED", name: "VaultRowDamaged" });
    expect(String(error)).not.toContain("canary");
  });

  test.each(["data_key", "sealed"])("with a flipped bit in any byte of %s", async (column) => {
    const mine = await vault.add({ tenant: "local", name: "mine", credentials: digitalOceanToken() });
    const { row } = (await vault.store.read(mine))!;
    const length = (column === "sealed" ? row.sealed : row.dataKey).length;
    const database = new DatabaseSync(join(directory, "vault.db"));
    const write = database.prepare(`UPDATE connection SET ${column} = ?`);
    for (let index = 0; index < length; index++) {
      const bytes = Buffer.from(column === "sealed" ? row.sealed : row.dataKey);
      bytes[index]! ^= 1 << (index % 8);
      write.run(bytes);
      await expect(vault.read(mine)).rejects.toMatchObject({ code: "VAULT_ROW_DAMAGED" });
    }
    database.close();
  });

  test("of another version of the master key", async () => {
    const mine = await vault.add({ tenant: "local", name: "mine", credentials: digitalOceanToken() });
    await vault.keys.add();
    tamper("UPDATE connection SET key_version = 2");
    await expect(vault.read(mine)).rejects.toMatchObject({ code: "VAULT_ROW_DAMAGED" });
    tamper("UPDATE connection SET key_version = 7");
    await expect(vault.read(mine)).rejects.toMatchObject({ code: "UNKNOWN_KEY_VERSION", version: 7 });
  });
});

describe("an entry that does not open", () => {
  test("can be forgotten by its name, and keeps nobody from the others", async () => {
    await vault.add({ tenant: "local", name: "mine", credentials: digitalOceanToken() });
    const other = await vault.add({ tenant: "local", name: "other", credentials: digitalOceanToken() });
    tamper("UPDATE connection SET about = '{' WHERE name = 'mine'");
    await expect(vault.find("local", "mine")).rejects.toMatchObject({
      code: "VAULT_ROW_DAMAGED",
      message: expect.stringContaining("deploy4me disconnect mine --forget") as string,
    });
    expect(await vault.find("local", "other")).toEqual(other);
    await expect(vault.forget("other tenant", "mine")).rejects.toMatchObject({ code: "CONNECTION_NOT_FOUND" });
    await vault.forget("local", "mine");
    expect(await vault.list("local")).toEqual([other]);
  });
});

describe("opening a vault", () => {
  test("that keeps something makes no new keyring: that one could open nothing", async () => {
    await vault.add({ tenant: "local", name: "main", credentials: digitalOceanToken() });
    const keyring = readFileSync(join(directory, "keyring.json"));
    rmSync(join(directory, "keyring.json"));
    await expect(openEmbeddedVault(directory, {})).rejects.toMatchObject({ code: "KEYRING_UNUSABLE", why: "missing" });
    expect(keyring.length).toBeGreaterThan(0);
  });

  test("takes the keyring from where the environment says", async () => {
    const elsewhere = join(directory, "elsewhere", "keys.json");
    const other = await openEmbeddedVault(join(directory, "other"), { DEPLOY4ME_KEYRING_FILE: elsewhere });
    expect(other.keys.file).toBe(elsewhere);
    await other.close();
    expect(() => readFileSync(join(directory, "other", "keyring.json"))).toThrow();
  });

  test("at once from many places makes one keyring", async () => {
    const fresh = join(directory, "fresh");
    const vaults = await Promise.all(Array.from({ length: 5 }, () => openEmbeddedVault(fresh, {})));
    const added = await vaults[0]!.add({ tenant: "local", name: "main", credentials: digitalOceanToken() });
    for (const one of vaults) {
      expect((await one.read(added)).credentials).toEqual(digitalOceanToken());
      await one.close();
    }
  });
});
