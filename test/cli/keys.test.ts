import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";

import { ConnectingHome } from "./connecting";

describe("deploy4me keys rotate", () => {
  let home: ConnectingHome;
  beforeAll(async () => {
    home = await ConnectingHome.open();
    await home.register("Shop", false);
    for (const name of ["one", "two"]) await home.connect(["--name", name, "--application", "Shop"]);
  });
  afterAll(() => home.close());

  const keyring = () => join(home.connections, "keyring.json");
  const keysIn = () =>
    (JSON.parse(readFileSync(keyring(), "utf8")) as { keys: { version: number; key: string }[] }).keys;

  test("puts the connections under a new master key, forgets the old one, and shows neither", async () => {
    const [before] = [await home.entry("one"), await home.entry("two")];
    const [old] = keysIn();
    const { code, output, errors } = await home.run(["keys", "rotate"]);
    expect([code, errors]).toEqual([0, ""]);
    expect(output).toContain(`Master key 2 is in ${keyring()}; 2 connections were put under it, and key 1 forgotten.`);
    const keys = keysIn();
    expect(keys.map(({ version }) => version)).toEqual([2]);
    for (const { key } of [...keys, old!]) expect(`${output}${errors}`).not.toContain(key);
    expect(statSync(keyring()).mode & 0o777).toBe(0o600);
    expect((await home.entry("one")).credentials).toEqual(before.credentials);
    expect(await home.list()).toHaveLength(2);
  });

  test("says that the keyring is gone, and makes no other", async () => {
    const { code, errors } = await home.run(["keys", "rotate"], {
      DEPLOY4ME_KEYRING_FILE: join(home.connections, "no"),
    });
    expect([code, errors]).toEqual([1, expect.stringContaining("DEPLOY4ME_KEYRING_FILE")]);
  });
});
