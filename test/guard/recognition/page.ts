import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { projectRoot } from "../../../cli/home";
import { actions } from "../../../guard/recognition/actions";
import { creations } from "../../../guard/recognition/creations";
import { furtherCreations } from "../../../guard/recognition/further-creations";
import { repeatable } from "../../../guard/recognition/repeatable";
import type { Creation } from "../../../guard/recognition/rule";

export const pageFile = join(projectRoot(), "docs", "guard.md");

const start = "<!-- table: node dist/test/guard/recognition/page.js -->";
const end = "<!-- end of table -->";

/** The tables of what is recognised, from the rows themselves. */
export function tables(): string {
  return [
    "What our components make, and what the sandbox has beside it:",
    tableOf(creations),
    "Actions, the newest of the type that was not there before:",
    tableOf(actions),
    "What the official provider makes beyond that, after DigitalOcean's description; the sandbox has none of it, so none of it was tried:",
    tableOf(furtherCreations),
    "As good twice as once, and simply sent again:",
    repeatable.map(({ route }) => `\`POST ${route}\``).join(", ") + ", and every `PUT` and `PATCH`.",
  ].join("\n\n");
}

/** @returns what the page has in the place of the tables */
export function tablesIn(page: string): string {
  return page.slice(page.indexOf(start) + start.length, page.indexOf(end)).trim();
}

function tableOf(rows: readonly Creation[]): string {
  const cells = rows.map((row) => [
    row.noun.replace(/^an? /, ""),
    `\`POST ${row.route}\``,
    [...row.marks.map(({ sent }) => sent), ...Object.keys(row.only ?? {})].map((name) => `\`${name}\``).join(", "),
    row.identity.length === 0 ? "no" : row.identity.map((name) => `\`${name}\``).join(", "),
    `\`GET ${row.listing}\``,
  ]);
  const head = ["what", "made by", "the same in it", "one at a time by", "looked for in"];
  return aligned([head, ...cells]);
}

/** As prettier lays a table out. */
function aligned(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_cell, at) => Math.max(...rows.map((row) => (row[at] ?? "").length)));
  const line = (row: readonly string[]): string =>
    `| ${row.map((cell, at) => cell.padEnd(widths[at] ?? 0)).join(" | ")} |`;
  const rule = `| ${widths.map((width) => "-".repeat(width)).join(" | ")} |`;
  const [head = [], ...body] = rows;
  return [line(head), rule, ...body.map(line)].join("\n");
}

function main(): void {
  const page = readFileSync(pageFile, "utf8");
  const [before, after] = [page.slice(0, page.indexOf(start)), page.slice(page.indexOf(end))];
  writeFileSync(pageFile, `${before}${start}\n\n${tables()}\n\n${after}`);
}

if (require.main === module) main();
