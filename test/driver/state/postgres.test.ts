import { type AddressInfo, connect, createServer, type Server } from "node:net";
import { join } from "node:path";

import { Client } from "pg";

import { PostgresLeases } from "../../../driver/lease/postgres-leases";
import { type PostgresServer, startPostgres } from "../../postgres/server";
import { Bed, failureOf } from "../fixture";
import { processesWith, until } from "../processes";
import { RecordingEngine } from "../recording-engine";

/** State and leases in PostgreSQL, as several machines share them. */
let server: PostgresServer;
let entrance: Entrance;
let bed: Bed;
let url: string;
beforeAll(async () => {
  server = await startPostgres();
  entrance = await Entrance.to(join(server.directory, ".s.PGSQL.5432"));
});
beforeEach(async () => {
  const { pathname } = new URL((await server.createDatabase()).replace("@/", "@localhost/"));
  url = `postgres://postgres@127.0.0.1:${entrance.port}${pathname}?sslmode=disable`;
  bed = await Bed.open();
});
afterEach(async () => {
  await bed.close();
});
afterAll(async () => {
  entrance.close();
  await server.stop();
});

/** The engine reaches a server by a port alone, and this one has a socket. */
class Entrance {
  private constructor(private readonly listener: Server) {}

  static async to(socket: string): Promise<Entrance> {
    const listener = createServer((client) => {
      const upstream = connect(socket);
      for (const side of [client, upstream]) side.on("error", () => undefined);
      client.pipe(upstream).pipe(client);
    });
    await new Promise<void>((resolve) => listener.listen(0, "127.0.0.1", resolve));
    return new Entrance(listener);
  }

  get port(): number {
    return (this.listener.address() as AddressInfo).port;
  }

  close(): void {
    this.listener.close();
  }
}

async function query(text: string, values: readonly string[] = []): Promise<Record<string, unknown>[]> {
  const client = new Client({ connectionString: url, connectionTimeoutMillis: 5_000 });
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(text, [...values])).rows;
  } finally {
    await client.end();
  }
}

test("a life of a stack, with state read by one query", async () => {
  const recording = new RecordingEngine();
  const driver = bed.driver({ backend: url, leases: new PostgresLeases({ url }), engine: recording.engine });
  const request = { name: "shared", tags: 2, secret: "sesame-open" };
  expect((await driver.up(request).result).outputs.tags?.value).toEqual(["shared-0", "shared-1"]);
  recording.forget();
  expect((await driver.up(request).result).unchanged).toBe(true);
  expect((await driver.outputs("shared").result).secret).toEqual({ value: "[secret]", secret: true });
  expect(recording.calls).toHaveLength(1);
  expect(JSON.stringify(await query("SELECT * FROM pulumi_state"))).not.toContain("sesame-open");
  expect((await driver.outputs("shared", { secrets: true }).result).secret?.value).toBe("sesame-open");
  expect(await driver.history("shared").result).toHaveLength(2);
  // A sweep knows the table's stacks.
  expect(await driver.sweep().result).toMatchObject({ stacks: 1, unreadable: [], findings: [] });
  expect(await driver.destroy(request).result).toMatchObject({ remaining: 0 });
  recording.remove();
});

test("stacks whose names begin alike do not meet, not even at once", async () => {
  const driver = bed.driver({ backend: url });
  const names = ["a", "a-b", "ab"];
  const results = await Promise.all(names.map((name) => driver.up({ name, tags: 1 }).result));
  expect(results.map(({ outputs }) => outputs.tags?.value)).toEqual(names.map((name) => [`${name}-0`]));
});

test("an engine that is killed leaves no lock in the table, and a dead one's lock is broken there", async () => {
  bed.api.hosts.hold();
  const driver = bed.driver({ backend: url });
  const operation = driver.up({ name: "locked", tags: 0, droplets: ["one"] });
  await until(() => bed.api.hosts.named("create").length > 0, "the droplet's creation");
  const locks = (): Promise<Record<string, unknown>[]> =>
    query("SELECT key FROM pulumi_state WHERE key LIKE '%.pulumi/locks/%'");
  expect(await locks()).toHaveLength(1);
  const engine = processesWith(operation.id).find(({ command }) => command.includes("--event-log"))!;
  process.kill(engine.pid, "SIGKILL");
  await failureOf(operation.result);
  expect(await locks()).toEqual([]);
});

test("the database's password is in no environment of what is started, and in no error", async () => {
  const recording = new RecordingEngine();
  const withPassword = url.replace("postgres@", "postgres:pa55word@");
  const driver = bed.driver({ backend: withPassword, engine: recording.engine });
  await driver.up({ name: "private", tags: 1 }).result;
  expect(recording.calls).toHaveLength(2);
  expect(JSON.stringify(recording.calls)).not.toContain("pa55word");

  const gone = bed.driver({ backend: "postgres://postgres:pa55word@127.0.0.1:1/db" });
  const failure = await failureOf(gone.up({ name: "private", tags: 1 }).result);
  expect(failure.message).toMatch(/ECONNREFUSED/);
  expect(failure.message).not.toContain("pa55word");
  recording.remove();
});
