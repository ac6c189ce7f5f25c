// Runs every suite and adds up what the runners themselves counted. The last line is `N passed, N failed`. A suite whose
// runner breaks off counts as one failure more.
//
// Lanes run side by side: the end-to-end suite mostly waits for machines that boot, so the others use the processor
// meanwhile, and make way when it is wanted. The last lane shows what it does as it does it; the others' output follows in
// one piece when each is through.
import { mkdirSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";

import { bin, check, goTests, Output, root, run, settle } from "./runner/commands.mjs";
import { Reuse } from "./runner/reuse.mjs";
import { unlessUnchanged } from "./runner/unchanged.mjs";
import { stranger, strangers } from "./strangers/run.mjs";

const results = join(root, ".deploy4me", "test-results");
const reuse = new Reuse(root);
/** All but those that share one deployment: they are run each time. */
const suites = readdirSync(reuse.tests, { recursive: true })
  .filter((name) => name.endsWith(".test.js") && !name.startsWith("end-to-end/"))
  .map((name) => join(reuse.tests, name));

/** Options of Jest's, which every suite gets. */
const options = process.argv.slice(2);
/** Whether suites that passed, and that nothing has changed for since, are run all the same. */
const afresh = process.env.AFRESH !== undefined || options.length > 0;

/** Jest prints its own summary; the figures are taken from its report. */
async function jest(out, config, { nice = 0, suites = [], keep = () => undefined } = {}) {
  const report = join(results, `${config}.json`);
  rmSync(report, { force: true });
  const named = suites.length > 0 ? ["--runTestsByPath", ...suites] : [];
  const args = ["--config", join(root, config), "--json", `--outputFile=${report}`, ...options, ...named];
  // With --json the report goes to standard output as well: the file is enough.
  const { code } = await run(out, join(bin, "jest"), args, { keep: true, nice });
  let summary;
  try {
    summary = JSON.parse(readFileSync(report, "utf8"));
  } catch (error) {
    out.line(`${config}: jest left no report (exit code ${code}): ${error.message}`);
    return { passed: 0, failed: 1 };
  }
  if (summary.numPendingTests > 0) out.line(`${config}: ${summary.numPendingTests} tests were skipped`);
  keep(summary);
  const failed = summary.numFailedTests + summary.numRuntimeErrorTestSuites + summary.numPendingTests;
  return settle({ passed: summary.numPassedTests, failed }, code);
}

/** What stands from an earlier run counts as what it came to there, and is said to. */
async function units(out) {
  const { run, standing } = afresh ? { run: suites, standing: new Map() } : reuse.split(suites);
  // Of no suites at all, Jest would make all.
  if (run.length === 0) throw new Error("there is no suite to run: compile them first");
  const count = await jest(out, "jest.config.js", { nice: 15, suites: run, keep: (report) => reuse.keep(report) });
  if (standing.size === 0) return count;
  const stand = [...standing.values()].reduce((sum, tests) => sum + tests, 0);
  out.line(
    `${standing.size} suites with ${stand} tests were not run again: they passed, and nothing that they could look at ` +
      "has changed since. To run all: make test AFRESH=1",
  );
  return { passed: count.passed + stand, failed: count.failed };
}

/** A check of the files in this checkout. */
const clean = (out, name, args) =>
  unlessUnchanged(out, name, () => check(out, name, join(bin, name), args, { nice: 19 }));

const lanes = [
  [["units, namespaces, machines", units]],
  [
    ["go vet", (out) => check(out, "go vet", "go", ["vet", "./..."], { cwd: join(root, "engine") })],
    ["engine (Go)", (out) => goTests(out, { cwd: join(root, "engine") })],
    ["formatter", (out) => clean(out, "prettier", ["--check", "--log-level", "warn", "."])],
    ["linter", (out) => clean(out, "eslint", ["."])],
    // Clients from their registries, over the sandbox's API.
    ...Object.keys(strangers).map((name) => [`stranger: ${name}`, (out) => stranger(out, name)]),
  ],
  // One deployment for all files, one file after another; the same on AWS: `make test-aws`.
  [["end to end", (out) => jest(out, "jest.end-to-end.config.js")]],
];

/** The suites of a lane one after another; what each came to, in a line. */
async function runLane(suites, live) {
  const results = [];
  for (const [name, suite] of suites) {
    const start = Date.now();
    const out = new Output(live);
    out.line(`\n=== ${name}`);
    const { passed, failed } = await suite(out);
    out.end();
    const seconds = Math.round((Date.now() - start) / 1000);
    const line = `${failed === 0 ? "ok  " : "FAIL"} ${name}: ${passed} passed, ${failed} failed, ${seconds} s`;
    console.log(line);
    results.push({ passed, failed, line });
  }
  return results;
}

mkdirSync(results, { recursive: true });
// What the tests hold against DigitalOcean's description; see test/contract/. Suites that stand have left theirs there.
if (afresh) rmSync(join(results, "contract"), { recursive: true, force: true });
const all = (await Promise.all(lanes.map((suites, index) => runLane(suites, index === lanes.length - 1)))).flat();
const sum = (key) => all.reduce((total, suite) => total + suite[key], 0);
console.log(`\n${all.map(({ line }) => line).join("\n")}\n\n${sum("passed")} passed, ${sum("failed")} failed`);
process.exitCode = sum("failed") === 0 && sum("passed") > 0 ? 0 : 1;
