import { readFileSync } from "node:fs";
import { join } from "node:path";

import { projectRoot } from "../../cli/home";
import { costsTable, marks } from "./costs-table";

/** A table's cells, however wide its columns are. */
const cellsOf = (table: string): string[][] =>
  table
    .split("\n")
    .filter((line) => line.startsWith("|") && !/^[ |-]+$/.test(line))
    .map((line) => line.split("|").map((cell) => cell.trim()));

test("README.md says what deployments cost by the present prices (if not: node dist/test/driver/write-costs.js)", async () => {
  const page = readFileSync(join(projectRoot(), "README.md"), "utf8");
  const kept = page.slice(page.indexOf(marks.begin), page.indexOf(marks.end));
  const expected = cellsOf(await costsTable());
  expect(expected).toHaveLength(3);
  expect(cellsOf(kept)).toEqual(expected);
});
