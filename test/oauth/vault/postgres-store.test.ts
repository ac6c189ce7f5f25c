import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { join } from "node:path";
import { inspect } from "node:util";

import { Client } from "pg";

import { PostgresStore } from "../../../oauth/vault/postgres-store";
import type { NewRow } from "../../../oauth/vault/store";
import { type PostgresServer, startPostgres } from "../../postgres/server";

let server: PostgresServer;
let url: string;
const closing: (() => Promise<unknown>)[] = [];

beforeAll(async () => {
  server = await startPostgres();
});
afterAll(() => server.stop());
beforeEach(async () => {
  url = await server.createDatabase();
});
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

async function open(options: { url?: string; timeoutMs?: number; schema?: string } = {}): Promise<PostgresStore> {
  const store = await PostgresStore.open({ url, ...options });
  closing.push(() => store.close());
  return store;
}

/** Another session of the same database, for what somebody else does to it meanwhile. */
async function session(): Promise<Client> {
  const client = new Client({ connectionString: url });
  await client.connect();
  closing.push(() => client.end());
  return client;
}

describe("PostgreSQL that does not do what it should is said to be unavailable, within a bounded time", () => {
  const timeoutMs = 300;

  test("nobody listens", async () => {
    const error = await failure(open({ url: "postgres://somebody:canary-password@127.0.0.1:1/vault" }));
    expect(error).toMatchObject({ code: "VAULT_UNAVAILABLE", where: "PostgreSQL vault at 127.0.0.1:1" });
    expect(inspect(error)).not.toContain("canary-password");
  });

  test("a URL that is none", async () => {
    const error = await failure(open({ url: "postgres://somebody:canary-password@[vault" }));
    expect(error).toMatchObject({ code: "VAULT_UNAVAILABLE" });
    expect(inspect(error)).not.toContain("canary-password");
  });

  test("a host that there is not", async () => {
    expect(await failure(open({ url: "postgres://vault.invalid/vault" }))).toMatchObject({ code: "VAULT_UNAVAILABLE" });
  });

  test("somebody listens and says nothing", async () => {
    const mute = await listen((socket) => socket.resume());
    expect(await failure(open({ url: `postgres://127.0.0.1:${mute}/vault`, timeoutMs }))).toMatchObject({
      code: "VAULT_UNAVAILABLE",
    });
  });

  test("somebody listens who is no PostgreSQL", async () => {
    const other = await listen((socket) => socket.end("HTTP/1.1 400 Bad Request\r\n\r\n"));
    expect(await failure(open({ url: `postgres://127.0.0.1:${other}/vault`, timeoutMs }))).toMatchObject({
      code: "VAULT_UNAVAILABLE",
    });
  });

  test("the password is refused", async () => {
    const admin = await session();
    await admin.query("CREATE ROLE nologin");
    const refused = url.replace("postgres@", "nologin:canary-password@");
    const error = await failure(open({ url: refused }));
    await admin.query("DROP ROLE nologin");
    expect(error).toMatchObject({ code: "VAULT_UNAVAILABLE" });
    expect(inspect(error)).not.toContain("canary-password");
  });

  test("somebody holds a lock", async () => {
    const store = await open({ timeoutMs });
    const row = newRow();
    await store.insert(row);
    const other = await session();
    await other.query("BEGIN; LOCK TABLE deploy4me_vault.connection IN ACCESS EXCLUSIVE MODE");
    expect(await failure(store.read(row))).toMatchObject({ code: "VAULT_UNAVAILABLE" });
    expect(await failure(store.replace(row, 1, row))).toMatchObject({ code: "VAULT_UNAVAILABLE" });
    await other.query("ROLLBACK");
    expect(await store.replace(row, 1, row)).toBe("replaced");
  });

  test("it stops answering in the middle, and answers again", async () => {
    let stalled = false;
    const through = await listen((socket) => {
      const upstream = connect(join(server.directory, ".s.PGSQL.5432"));
      socket.on("data", (chunk) => {
        if (!stalled) upstream.write(chunk);
      });
      upstream.on("data", (chunk) => socket.write(chunk));
      socket.on("close", () => upstream.destroy());
      upstream.on("error", () => socket.destroy());
      socket.on("error", () => upstream.destroy());
    });
    const proxied = `postgres://postgres@127.0.0.1:${through}${new URL(url).pathname}`;
    const store = await open({ url: proxied, timeoutMs });
    const row = newRow();
    await store.insert(row);
    stalled = true;
    expect(await failure(store.read(row))).toMatchObject({ code: "VAULT_UNAVAILABLE" });
    stalled = false;
    expect((await store.read(row))?.row.revision).toBe(1);
  });

  test("its sessions are ended, and the next ones serve", async () => {
    const store = await open();
    const row = newRow();
    await store.insert(row);
    const other = await session();
    await other.query(
      "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'deploy4me vault'",
    );
    // The pool may notice the end by itself before this call, or by it.
    await store.read(row).catch((error: unknown) => {
      expect(error).toMatchObject({ code: "VAULT_UNAVAILABLE" });
    });
    expect((await store.read(row))?.row.revision).toBe(1);
  });
});

describe("the schema", () => {
  test("may lie in another place, and be there already without the right to make one", async () => {
    const admin = await session();
    await admin.query("CREATE ROLE tenant_service LOGIN; CREATE SCHEMA elsewhere AUTHORIZATION tenant_service");
    const store = await open({ url: url.replace("postgres@", "tenant_service@"), schema: "elsewhere" });
    expect(await store.keyVersions()).toEqual([]);
    await admin.query("DROP OWNED BY tenant_service; DROP ROLE tenant_service");
  });

  test("of a newer version is left alone", async () => {
    await (await open()).close();
    const other = await session();
    await other.query("INSERT INTO deploy4me_vault.migration VALUES (99)");
    const error = await failure(open());
    expect(error).toMatchObject({ code: "VAULT_UNAVAILABLE" });
    expect(error.message).toContain("newer version");
  });

  test("half made is finished or taken back: of a step that fails, nothing is left", async () => {
    const other = await session();
    await other.query("CREATE SCHEMA deploy4me_vault; CREATE TABLE deploy4me_vault.oldest_key (version integer)");
    await failure(open());
    const { rows } = await other.query("SELECT tablename FROM pg_tables WHERE schemaname = 'deploy4me_vault'");
    expect(rows).toEqual([{ tablename: "oldest_key" }]);
    await other.query("DROP TABLE deploy4me_vault.oldest_key");
    expect(await (await open()).keyVersions()).toEqual([]);
  });

  test("has a plain name", async () => {
    for (const schema of ["", "a b", 'a"; DROP TABLE x', "A", "1a"])
      await expect(PostgresStore.open({ url, schema })).rejects.toThrow("can't be called");
  });
});

test("a row is on the disk when a call returns, whatever the database's default", async () => {
  const other = await session();
  await other.query(`ALTER DATABASE ${new URL(url).pathname.slice(1)} SET synchronous_commit = off`);
  const store = await open();
  await other.query(`
    CREATE TABLE seen (setting text);
    CREATE FUNCTION see() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN INSERT INTO public.seen VALUES (current_setting('synchronous_commit')); RETURN NEW; END $$;
    CREATE TRIGGER see AFTER INSERT ON deploy4me_vault.connection FOR EACH ROW EXECUTE FUNCTION see()`);
  await store.insert(newRow());
  expect((await other.query("SELECT setting FROM seen")).rows).toEqual([{ setting: "on" }]);
});

test.each(["insert", "replace"] as const)(
  "what is written (%s) while a rotation raises the oldest key waits for it and is told to use the new one",
  async (kind) => {
    const store = await open();
    const row = newRow({ keyVersion: 2 });
    await store.insert(row);
    const other = await session();
    await other.query("BEGIN; UPDATE deploy4me_vault.oldest_key SET version = 2");
    const old = newRow({ keyVersion: 1 });
    const written = kind === "insert" ? store.insert(old) : store.replace(row, 1, { ...row, keyVersion: 1 });
    await isWaiting(other);
    await other.query("COMMIT");
    expect(await written).toBe("key-retired");
    expect(await store.keyVersions()).toEqual([2]);
  },
);

async function isWaiting(client: Client): Promise<void> {
  for (;;) {
    const { rowCount } = await client.query(
      "SELECT 1 FROM pg_stat_activity WHERE application_name = 'deploy4me vault' AND wait_event_type = 'Lock'",
    );
    if (rowCount !== 0) return;
  }
}

/** @returns its port on loopback */
async function listen(serve: (socket: Socket) => void): Promise<number> {
  const sockets = new Set<Socket>();
  const listener = createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => undefined);
    serve(socket);
  });
  listener.listen(0, "127.0.0.1");
  await once(listener, "listening");
  closing.unshift(async () => {
    for (const socket of sockets) socket.destroy();
    listener.close();
    await once(listener, "close");
  });
  return (listener.address() as AddressInfo).port;
}

async function failure(attempt: Promise<unknown>): Promise<Error> {
  const error: unknown = await attempt.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (error instanceof Error) return error;
  throw new Error("it did not fail");
}

function newRow(about: Partial<NewRow> = {}): NewRow {
  const id = randomUUID();
  const bytes = Buffer.from("x");
  return {
    tenant: "local",
    id,
    name: id,
    kind: "k",
    about: "{}",
    keyVersion: 1,
    dataKey: bytes,
    sealed: bytes,
    ...about,
  };
}
