import type { Result, Verdict } from "./campaign";
import { kindsOfFaults } from "./variants";

const verdicts: readonly Verdict[] = ["succeeded", "failed rightly", "not struck", "WRONG"];

/** How many cases of each kind came to what, and the figures of all. */
export function table(results: readonly Result[], wanted: number): string {
  const rows = kindsOfFaults.map(({ kind }) => {
    const own = results.filter(({ name }) => name.split("/")[1] === kind);
    return [kind, ...verdicts.map((verdict) => String(own.filter((one) => one.verdict === verdict).length))];
  });
  const sums = verdicts.map((verdict) => String(results.filter((one) => one.verdict === verdict).length));
  const lines = [["", ...verdicts], ...rows, ["all", ...sums]];
  const text = lines.map(([name = "", ...cells]) => name.padEnd(18) + cells.map((cell) => cell.padStart(16)).join(""));
  const seconds = results.reduce((sum, result) => sum + result.seconds, 0);
  const mean = results.length === 0 ? 0 : seconds / results.length;
  return [...text, "", `${results.length} of ${wanted} cases, ${mean.toFixed(1)} s each`].join("\n");
}
