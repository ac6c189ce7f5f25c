import { appendFileSync, existsSync, mkdirSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

import { projectRoot } from "../../cli/home";

/** Where the tests of one run leave which answers they held against DigitalOcean's description; the run empties it first. */
export const resultsDirectory = join(projectRoot(), ".deploy4me", "test-results", "contract");

const noted = new Set<string>();

/**
 * Writes down that an answer was as the description says.
 * @param kind `GET /v2/droplets/:droplet 200`
 */
export function noteValidated(kind: string): void {
  if (noted.has(kind)) return;
  noted.add(kind);
  mkdirSync(resultsDirectory, { recursive: true });
  appendFileSync(join(resultsDirectory, `${process.pid}.txt`), `${kind}\n`);
}

/** The status codes that were validated, by operation: `GET /v2/droplets/:droplet`. */
export function readValidated(directory = resultsDirectory): ReadonlyMap<string, readonly number[]> {
  const found = new Map<string, Set<number>>();
  const files = existsSync(directory) ? readdirSync(directory) : [];
  for (const line of files.flatMap((file) => readFileSync(join(directory, file), "utf8").split("\n"))) {
    const [, operation, status] = /^(\S+ \S+) (\d+)$/.exec(line) ?? [];
    if (operation === undefined) continue;
    const statuses = found.get(operation) ?? new Set();
    found.set(operation, statuses.add(Number(status)));
  }
  return new Map([...found].map(([operation, statuses]) => [operation, [...statuses].sort((a, b) => a - b)]));
}
