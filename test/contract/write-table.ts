import { writeFileSync } from "node:fs";
import { join } from "node:path";

import { projectRoot } from "../../cli/home";
import { operations } from "../../sandbox/digitalocean/coverage";
import { readValidated, resultsDirectory } from "./results";
import { pageOf, rowsOf } from "./table";

/** `node dist/test/contract/write-table.js`: writes the table from what the last run of the tests left. */
function main(): void {
  const validated = readValidated();
  if (validated.size === 0) {
    throw new Error(`no test left anything in ${resultsDirectory}: run the tests first, with the description at hand`);
  }
  const file = join(projectRoot(), "docs", "sandbox-api.md");
  writeFileSync(file, pageOf(rowsOf(operations, validated)));
  process.stdout.write(`${file}: ${operations.length} operations, ${validated.size} with validated answers\n`);
}

main();
