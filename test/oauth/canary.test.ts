import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inspect } from "node:util";

import { Client } from "pg";

import { rotateMasterKey } from "../../oauth/vault/rotation";
import { Canaries, filesIn } from "./canaries";
import { Connected, untilDue } from "./connected";
import { failureOf } from "./owner";
import { storeSources } from "./vault/stores";

describe.each(storeSources())("after a life with renewals, failures and rotations, in $name", (source) => {
  let connected: Connected;
  beforeAll(() => source.start());
  afterAll(() => source.stop());
  beforeEach(async () => {
    connected = await Connected.open(await source.address());
  });
  afterEach(() => connected.close());

  test("no token, secret or key is in the store's files, its journal, an error or anything that can be printed", async () => {
    const canaries = new Canaries();
    const shown: unknown[] = [];
    const note = async (): Promise<void> => {
      const { credentials } = await connected.vault.read(connected.connection);
      if (credentials.kind !== "digitalocean-oauth") throw new Error(credentials.kind);
      canaries.add("access token", credentials.accessToken);
      canaries.add("refresh token", credentials.refreshToken ?? "");
      const keyring = readFileSync(join(connected.directory, "keyring.json"), "utf8");
      for (const { key } of (JSON.parse(keyring) as { keys: { key: string }[] }).keys)
        canaries.add("master key", Buffer.from(key, "base64url"));
    };
    canaries.add("client secret", connected.server.client.secret);
    await note();
    const tokens = connected.tokens();
    for (const passage of ["pass", "challenge", "lose-request", "unavailable", "pass"] as const) {
      connected.gate.passage = passage;
      connected.server.clock.advance(untilDue);
      await tokens.current().catch((error: unknown) => shown.push(error));
      await connected.endPause();
      await note();
      shown.push(await rotateMasterKey(connected.vault));
      await note();
    }
    connected.gate.passage = "lose-answer";
    const token = await tokens.current();
    shown.push(await failureOf(tokens.replacement(token)));
    connected.gate.passage = "pass";
    shown.push(await failureOf(connected.tokens().replacement(token)));
    await connected.reconnect();
    await note();
    shown.push(await connected.vault.list("local"), connected.vault, tokens, connected.server.log);
    const other = await connected.vault.add({
      tenant: "local",
      name: "plain",
      credentials: {
        kind: "digitalocean-token",
        apiUrl: connected.server.origin,
        token: "dop_v1_canary_of_a_plain_one",
      },
    });
    canaries.add("plain token", "dop_v1_canary_of_a_plain_one");
    await connected.vault.remove(other);

    expect(canaries.count).toBeGreaterThan(15);
    expect(canaries.in(inspect(shown, { depth: 20, showHidden: true }))).toEqual([]);
    const files = await filesOf(connected);
    expect(files.names.join("\n")).toMatch(/vault\.db-wal|pg_wal/);
    expect(canaries.inFiles(files.directory, (file) => /keyring\.json$|applications\.json$/.test(file))).toEqual([]);
  });
});

/** Where the store keeps it, all of it on the disk. */
async function filesOf({ address, directory }: Connected): Promise<{ directory: string; names: readonly string[] }> {
  if (address.kind === "sqlite")
    return { directory: join(address.file, ".."), names: filesIn(join(address.file, "..")) };
  const client = new Client({ connectionString: address.url });
  await client.connect();
  await client.query("CHECKPOINT");
  const { rows } = await client.query<{ data_directory: string }>("SHOW data_directory");
  await client.end();
  expect(directory).not.toBe("");
  const data = rows[0]!.data_directory;
  return { directory: data, names: filesIn(data) };
}

test("a canary is found in whatever form it is written", () => {
  const directory = mkdtempSync(join(tmpdir(), "deploy4me-canary-"));
  const canaries = new Canaries();
  const secret = "dor_v1_0123456789abcdef";
  canaries.add("token", secret);
  const bytes = Buffer.from(secret);
  const forms = [
    `x${secret}y`,
    bytes.toString("hex"),
    Buffer.from(`{"t":"${secret}"}`).toString("base64"),
    Buffer.from(`{"to":"${secret}"}`).toString("base64"),
    Buffer.from(`{"tok":"${secret}"}`).toString("base64url"),
    Buffer.from(secret, "utf16le"),
  ];
  for (const form of forms) {
    writeFileSync(join(directory, "file"), form);
    expect(canaries.inFiles(directory)).toHaveLength(1);
  }
  writeFileSync(join(directory, "file"), "dor_v1_0123456789abcdee");
  expect(canaries.inFiles(directory)).toEqual([]);
  rmSync(directory, { recursive: true });
});
