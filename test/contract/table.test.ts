import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { projectRoot } from "../../cli/home";
import { operations } from "../../sandbox/digitalocean/coverage";
import { readValidated } from "./results";
import { pageOf, parsePage, type Row, rowsOf } from "./table";

/** Which answers were validated is up to the last run; everything else is up to what is served. */
const served = (rows: readonly Row[]) =>
  rows.map(({ operation, scopes, source, note }) => [operation, scopes, source, note]);

test("the page docs/sandbox-api.md says what is served (if not: node dist/test/contract/write-table.js)", () => {
  const page = readFileSync(join(projectRoot(), "docs", "sandbox-api.md"), "utf8");
  expect(served(parsePage(page))).toEqual(served(rowsOf(operations, new Map())));
});

test("the page shows each operation with the answers that were validated", () => {
  const rows = rowsOf(
    [
      { method: "GET", path: "/v2/sizes", scopes: ["sizes:read", "regions:read"], source: "spec" },
      { method: "PUT", path: "/v2/a", scopes: ["a:create"], orScopes: ["a:update"], source: "godo", note: "is slow" },
      { method: "GET", path: "/v2/1-clicks", scopes: [], source: "assumption" },
    ],
    new Map([["GET /v2/sizes", [200, 401]]]),
  );
  expect(parsePage(pageOf(rows))).toEqual([
    {
      operation: "`GET /v2/sizes`",
      scopes: "`sizes:read`, `regions:read`",
      validated: "200 401",
      source: "spec",
      note: "",
    },
    { operation: "`PUT /v2/a`", scopes: "`a:create` or `a:update`", validated: "", source: "godo", note: "is slow" },
    { operation: "`GET /v2/1-clicks`", scopes: "any", validated: "", source: "assumption", note: "" },
  ]);
  expect(pageOf(rows)).toContain("3 operations are served; answers of 1 of them");
});

test("what the tests validated is added up over all processes", () => {
  const directory = mkdtempSync(join(tmpdir(), "deploy4me-contract-"));
  writeFileSync(join(directory, "1.txt"), "GET /v2/sizes 401\nGET /v2/sizes 200\n");
  writeFileSync(join(directory, "2.txt"), "GET /v2/sizes 200\nPOST /v2/tags 201\ncut o");
  expect([...readValidated(directory)]).toEqual([
    ["GET /v2/sizes", [200, 401]],
    ["POST /v2/tags", [201]],
  ]);
  rmSync(directory, { recursive: true });
});
