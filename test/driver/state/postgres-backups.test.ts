import { PostgresBackups } from "../../../driver/state/postgres-backups";
import { type PostgresServer, startPostgres } from "../../postgres/server";

const stack = { project: "test", stack: "office" };
let server: PostgresServer;
let url: string;
const open: PostgresBackups[] = [];
beforeAll(async () => {
  server = await startPostgres();
});
beforeEach(async () => {
  url = await server.createDatabase();
});
afterEach(async () => {
  await Promise.all(open.splice(0).map((one) => one.close()));
});
afterAll(async () => {
  await server.stop();
});

function backups(kept?: number): PostgresBackups {
  const one = new PostgresBackups({ url }, kept);
  open.push(one);
  return one;
}

test("what one machine saves another reads, the newest first", async () => {
  const ids: string[] = [];
  for (const state of ["one", "two", "three"]) ids.push((await backups().save(stack, "up", state)).id);
  const elsewhere = backups();
  expect((await elsewhere.list(stack)).map(({ id }) => id)).toEqual([...ids].reverse());
  expect(await elsewhere.read(stack, ids[1]!)).toBe("two");
  expect(await elsewhere.list({ ...stack, stack: "offic" })).toEqual([]);
});

test("a state that is the newest already is not kept twice, and old ones go", async () => {
  const one = backups(3);
  const first = await one.save(stack, "up", "same");
  expect(await one.save(stack, "destroy", "same")).toEqual(first);
  for (let count = 0; count < 5; count++) await one.save(stack, "up", String(count));
  await one.save({ ...stack, stack: "other" }, "up", "of another");
  const kept = await one.list(stack);
  expect(await Promise.all(kept.map(({ id }) => one.read(stack, id)))).toEqual(["4", "3", "2"]);
});

test("one of another stack, or of none, is not found", async () => {
  const one = backups();
  const { id } = await one.save({ ...stack, stack: "other" }, "up", "state");
  for (const wrong of [id, "999", "", "1; DROP TABLE backup", "9".repeat(30)])
    await expect(one.read(stack, wrong)).rejects.toMatchObject({ code: "BACKUP_NOT_FOUND" });
});

test("a database that is not there says so, without its password", async () => {
  const gone = new PostgresBackups({ url: "postgres://user:pa55word@127.0.0.1:1/db", timeoutMs: 500 });
  const failure: unknown = await gone.save(stack, "up", "state").catch((error: unknown) => error);
  expect(failure).toMatchObject({ code: "BACKUPS_UNAVAILABLE", where: "127.0.0.1/db" });
  expect((failure as Error).message).not.toContain("pa55word");
  await gone.close();
});
