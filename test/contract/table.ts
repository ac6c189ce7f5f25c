import type { Operation } from "../../sandbox/digitalocean/coverage";

/** What a reader of the table sees of one operation. */
export interface Row {
  readonly operation: string;
  readonly scopes: string;
  /** The status codes of answers that were held against the description; empty when there were none. */
  readonly validated: string;
  readonly source: string;
  readonly note: string;
}

const headings: Readonly<Record<keyof Row, string>> = {
  operation: "operation",
  scopes: "scopes",
  validated: "validated",
  source: "source",
  note: "differs from the original",
};
const columns = ["operation", "scopes", "validated", "source", "note"] as const;

export function rowsOf(
  operations: readonly Operation[],
  validated: ReadonlyMap<string, readonly number[]>,
): readonly Row[] {
  return operations.map((one) => ({
    operation: `\`${one.method} ${one.path}\``,
    scopes: [one.scopes, ...(one.orScopes === undefined ? [] : [one.orScopes])].map(codes).join(" or "),
    validated: (validated.get(`${one.method} ${one.path}`) ?? []).join(" "),
    source: one.source,
    note: one.note ?? "",
  }));
}

/** The whole page. */
export function pageOf(rows: readonly Row[]): string {
  const validated = rows.filter((row) => row.validated !== "").length;
  return [
    "# What the sandbox serves of DigitalOcean's API",
    "",
    "Written by `node dist/test/contract/write-table.js` after a run of the tests; don't edit it. What is served and where",
    "the knowledge comes from stands in `sandbox/digitalocean/coverage.ts`, and a test compares that with the routes.",
    "",
    `${rows.length} operations are served; answers of ${validated} of them were held against DigitalOcean's own OpenAPI`,
    "description while the tests ran.",
    "",
    "- **scopes**: what a token needs that may not do everything.",
    "- **validated**: status codes of answers that were held against the description and were as it says.",
    "- **source**: where the behaviour is known from: `spec`, the description itself; `godo`, the sources of the official",
    "  Go client; `terraform`, the official Terraform provider and its tests; `assumption`, nobody says.",
    "",
    ...tableOf(rows),
    "",
  ].join("\n");
}

/** The rows of a page. */
export function parsePage(page: string): readonly Row[] {
  const lines = page.split("\n").filter((line) => line.startsWith("|"));
  return lines.slice(2).map((line) => {
    const [operation = "", scopes = "", validated = "", source = "", note = ""] = line
      .split("|")
      .slice(1, -1)
      .map((cell) => cell.trim());
    return { operation, scopes, validated, source, note };
  });
}

function tableOf(rows: readonly Row[]): string[] {
  const all = [headings, ...rows];
  const widths = columns.map((column) => Math.max(...all.map((row) => row[column].length)));
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell, at) => cell.padEnd(widths[at] ?? 0)).join(" | ")} |`;
  const cells = (row: Row): string[] => columns.map((column) => row[column]);
  return [
    line(cells(headings)),
    line(widths.map((width) => "-".repeat(width))),
    ...rows.map((row) => line(cells(row))),
  ];
}

function codes(scopes: readonly string[]): string {
  return scopes.length === 0 ? "any" : scopes.map((scope) => `\`${scope}\``).join(", ");
}
