import { Client } from "pg";

import { PostgresLeases } from "../../../driver/lease/postgres-leases";
import { type PostgresServer, startPostgres } from "../../postgres/server";
import { behavesAsLeases, request } from "./behaves-as-leases";

let server: PostgresServer;
let url: string;
beforeAll(async () => {
  server = await startPostgres();
});
beforeEach(async () => {
  url = await server.createDatabase();
});
afterAll(async () => {
  await server.stop();
});

async function execute(text: string, values: readonly unknown[] = []): Promise<void> {
  const client = new Client({ connectionString: url, connectionTimeoutMillis: 5_000 });
  await client.connect();
  try {
    await client.query(text, [...values]);
  } finally {
    await client.end();
  }
}

describe("leases in PostgreSQL", () => {
  behavesAsLeases(() => ({
    open: (times) => new PostgresLeases({ url }, times),
    another: ["postgres", url],
    pretendOwner: (stack, change) =>
      execute("UPDATE deploy4me_driver.lease SET owner = owner || $2 WHERE stack = $1", [
        `test/${stack}`,
        JSON.stringify(change),
      ]),
    takeAway: () =>
      execute(`CREATE SCHEMA IF NOT EXISTS deploy4me_driver; DROP TABLE IF EXISTS deploy4me_driver.lease;
        CREATE TABLE deploy4me_driver.lease (other text)`),
  }));

  test("a server that does not answer is not waited for, and its password is not told", async () => {
    const leases = new PostgresLeases({ url: "postgres://user:pa55word@127.0.0.1:1/db", timeoutMs: 300 });
    const failure = await leases.acquire(request("unanswered")).catch((error: unknown) => error);
    expect(failure).toMatchObject({ code: "LEASES_UNAVAILABLE", where: "127.0.0.1/db" });
    expect((failure as Error).message).not.toContain("pa55word");
    await leases.close();
  });

  test("a schema has a plain name", () => {
    expect(() => new PostgresLeases({ url, schema: "a; DROP TABLE lease" })).toThrow(/can't be called/);
  });
});
