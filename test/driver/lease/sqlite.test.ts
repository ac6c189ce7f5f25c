import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";

import { SqliteLeases } from "../../../driver/lease/sqlite-leases";
import { behavesAsLeases } from "./behaves-as-leases";

let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "deploy4me-leases-"));
  file = join(folder, "leases.db");
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

describe("leases in a file", () => {
  behavesAsLeases(() => ({
    open: (times) => new SqliteLeases(file, times),
    another: ["sqlite", file],
    pretendOwner: (stack, change) =>
      Promise.resolve().then(() => {
        const database = new DatabaseSync(file, { timeout: 5_000 });
        database
          .prepare("UPDATE lease SET owner = json_patch(owner, ?) WHERE stack = ?")
          .run(JSON.stringify(change), `test/${stack}`);
        database.close();
      }),
    takeAway: () =>
      Promise.resolve().then(() => {
        const database = new DatabaseSync(file, { timeout: 5_000 });
        database.exec("DROP TABLE IF EXISTS lease; CREATE TABLE lease (other TEXT)");
        database.close();
      }),
  }));

  test("a file that is none says where", async () => {
    writeFileSync(file, "this is no database, and long enough to be looked at as one".repeat(100));
    await expect(
      new SqliteLeases(file).acquire({ stack: { project: "test", stack: "a" }, operation: "o", kind: "up" }),
    ).rejects.toMatchObject({ code: "LEASES_UNAVAILABLE", where: file });
  });
});
