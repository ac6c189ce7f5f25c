import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { format, resolveConfig } from "prettier";

import { projectRoot } from "../../cli/home";
import { costsTable, marks } from "./costs-table";

/** `node dist/test/driver/write-costs.js`: writes what deployments cost into README.md. */
async function main(): Promise<void> {
  const file = join(projectRoot(), "README.md");
  const page = readFileSync(file, "utf8");
  const [start, end] = [page.indexOf(marks.begin), page.indexOf(marks.end)];
  if (start < 0 || end < start) throw new Error(`README.md has no lines ${marks.begin} and ${marks.end}`);
  const text = `${page.slice(0, start)}${marks.begin}\n\n${await costsTable()}\n\n${page.slice(end)}`;
  writeFileSync(file, await format(text, { ...(await resolveConfig(file)), filepath: file }));
  process.stdout.write(`${file}\n`);
}

void main();
