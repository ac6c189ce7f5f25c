import { randomUUID } from "node:crypto";

import type { NewRow, Store } from "../../../oauth/vault/store";
import { openStore, type StoreAddress, storeSources } from "./stores";

/** What a vault relies on, of every store. */
describe.each(storeSources())("a store in $name", (source) => {
  let address: StoreAddress;
  let store: Store;
  const opened: Store[] = [];

  beforeAll(() => source.start());
  afterAll(() => source.stop());
  beforeEach(async () => {
    address = await source.address();
    store = await another();
  });
  afterEach(async () => {
    for (const one of opened.splice(0)) await one.close();
  });

  /** As another process would have it. */
  async function another(): Promise<Store> {
    const one = await openStore(address);
    opened.push(one);
    return one;
  }

  test("gives back what was put in, byte for byte", async () => {
    const row = newRow({ name: "main", about: '{"ä":"\\u0000 «»"}', sealed: Buffer.from([0, 255, 1, 254, 0]) });
    await expect(store.insert(row)).resolves.toBe("inserted");
    const found = await (await another()).read(row);
    expect(found?.row).toEqual({ ...row, revision: 1 });
    expect(Math.abs(found!.at.getTime() - Date.now())).toBeLessThan(60_000);
  });

  test("takes a name once per tenant, and says so by name", async () => {
    await store.insert(newRow({ name: "main", tenant: "one" }));
    await expect(store.insert(newRow({ name: "main", tenant: "one" }))).rejects.toMatchObject({
      code: "CONNECTION_NAME_TAKEN",
      tenant: "one",
      connection: "main",
    });
    await expect(store.insert(newRow({ name: "main", tenant: "two" }))).resolves.toBe("inserted");
  });

  test("shows a tenant its own rows only, in the order of their names", async () => {
    for (const [tenant, name] of [
      ["one", "b"],
      ["two", "x"],
      ["one", "a"],
      ["one", "B"],
    ] as const)
      await store.insert(newRow({ tenant, name }));
    expect((await store.list("one")).map(({ name }) => name)).toEqual(["B", "a", "b"]);
    expect(await store.list("three")).toEqual([]);
  });

  test("does not find a row by another tenant's name", async () => {
    const row = newRow({ tenant: "one" });
    await store.insert(row);
    await expect(store.read({ tenant: "two", id: row.id })).resolves.toBeUndefined();
    await expect(store.remove({ tenant: "two", id: row.id }, 1)).resolves.toBe(false);
    await expect(store.replace({ tenant: "two", id: row.id }, 1, row)).resolves.toBe("conflict");
  });

  test("replaces a row of the revision that was read, and no other", async () => {
    const row = newRow();
    await store.insert(row);
    await expect(store.replace(row, 1, { ...row, about: "second" })).resolves.toBe("replaced");
    await expect(store.replace(row, 1, { ...row, about: "late" })).resolves.toBe("conflict");
    expect((await store.read(row))?.row).toMatchObject({ about: "second", revision: 2 });
  });

  test("of many who replace a row at once, one does", async () => {
    const row = newRow();
    await store.insert(row);
    const others = await Promise.all(Array.from({ length: 4 }, another));
    const results = await Promise.all(
      others.flatMap((one) => [1, 2, 3].map((n) => one.replace(row, 1, { ...row, about: String(n) }))),
    );
    expect(results.filter((result) => result === "replaced")).toHaveLength(1);
    expect((await store.read(row))?.row.revision).toBe(2);
  });

  test("removes a row of the revision that was read, and no other", async () => {
    const row = newRow();
    await store.insert(row);
    await store.replace(row, 1, { ...row, about: "second" });
    await expect(store.remove(row, 1)).resolves.toBe(false);
    await expect(store.remove(row, 2)).resolves.toBe(true);
    await expect(store.read(row)).resolves.toBeUndefined();
    await expect(store.remove(row, 2)).resolves.toBe(false);
  });

  test("once a master key is on its way out, nothing new is sealed with it; what is, may be changed", async () => {
    const [old, current] = [newRow({ keyVersion: 1 }), newRow({ keyVersion: 2 })];
    await store.insert(old);
    await store.insert(current);
    await (await another()).retireKeysBefore(2);
    await expect(store.insert(newRow({ keyVersion: 1 }))).resolves.toBe("key-retired");
    await expect(store.replace(current, 1, { ...current, keyVersion: 1 })).resolves.toBe("key-retired");
    await expect(store.replace(old, 1, { ...old, about: "changed" })).resolves.toBe("replaced");
    await expect(store.replace(old, 2, { ...old, keyVersion: 2 })).resolves.toBe("replaced");
    await expect(store.insert(newRow({ keyVersion: 2 }))).resolves.toBe("inserted");
  });

  test("never lowers the oldest key", async () => {
    await store.retireKeysBefore(3);
    await store.retireKeysBefore(2);
    await expect(store.insert(newRow({ keyVersion: 2 }))).resolves.toBe("key-retired");
  });

  test("finds what is under an older master key, of every tenant, so many at a time", async () => {
    for (const tenant of ["one", "two", "three"]) await store.insert(newRow({ tenant, keyVersion: 1 }));
    await store.insert(newRow({ keyVersion: 3 }));
    expect(await store.rowsWithKeysBefore(3, 2)).toHaveLength(2);
    expect((await store.rowsWithKeysBefore(3, 10)).map(({ tenant }) => tenant).sort()).toEqual(["one", "three", "two"]);
    expect(await store.rowsWithKeysBefore(1, 10)).toEqual([]);
    expect(await store.keyVersions()).toEqual([1, 3]);
  });

  test("is there when it was opened many times at once, the first time and later", async () => {
    const empty = await source.address();
    const stores = await Promise.all(Array.from({ length: 6 }, () => openStore(empty)));
    opened.push(...stores);
    const row = newRow();
    await stores[0]!.insert(row);
    for (const one of stores) expect((await one.read(row))?.row.id).toBe(row.id);
    const again = await openStore(empty);
    opened.push(again);
    expect((await again.read(row))?.row.id).toBe(row.id);
  });

  test("is closed twice without complaint, and of no use then", async () => {
    await store.close();
    await store.close();
    await expect(store.list("one")).rejects.toMatchObject({ code: "VAULT_UNAVAILABLE" });
  });
});

function newRow(about: Partial<NewRow> = {}): NewRow {
  const id = randomUUID();
  return {
    tenant: "local",
    id,
    name: id,
    kind: "digitalocean-token",
    about: "{}",
    keyVersion: 1,
    dataKey: Buffer.from("data key"),
    sealed: Buffer.from("sealed"),
    ...about,
  };
}
