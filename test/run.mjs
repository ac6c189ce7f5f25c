// Runs every suite and adds up what the runners themselves counted. The last line is `N passed, N failed`. A suite whose
// runner breaks off counts as one failure more.
//
// Lanes run side by side: the end-to-end suite mostly waits for machines that boot, so the others use the processor
// meanwhile, and make way when it is wanted. The last lane shows what it does as it does it; the others' output follows in
// one piece when each is through.
import { mkdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";

import { bin, check, goTests, Output, root, run, settle } from "./runner/commands.mjs";
import { unlessUnchanged } from "./runner/unchanged.mjs";
import { stranger, strangers } from "./strangers/run.mjs";

const results = join(root, ".deploy4me", "test-results");

/** Jest prints its own summary; the figures are taken from its report. */
async function jest(out, config, { nice = 0 } = {}) {
  const report = join(results, `${config}.json`);
  rmSync(report, { force: true });
  const args = ["--config", join(root, config), "--json", `--outputFile=${report}`, ...process.argv.slice(2)];
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
  const failed = summary.numFailedTests + summary.numRuntimeErrorTestSuites + summary.numPendingTests;
  return settle({ passed: summary.numPassedTests, failed }, code);
}

/** A check of the files in this checkout. */
const clean = (out, name, args) =>
  unlessUnchanged(out, name, () => check(out, name, join(bin, name), args, { nice: 10 }));

const lanes = [
  [["units, namespaces, machines", (out) => jest(out, "jest.config.js", { nice: 5 })]],
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
// What the tests of this run hold against DigitalOcean's description; see test/contract/.
rmSync(join(results, "contract"), { recursive: true, force: true });
const all = (await Promise.all(lanes.map((suites, index) => runLane(suites, index === lanes.length - 1)))).flat();
const sum = (key) => all.reduce((total, suite) => total + suite[key], 0);
console.log(`\n${all.map(({ line }) => line).join("\n")}\n\n${sum("passed")} passed, ${sum("failed")} failed`);
process.exitCode = sum("failed") === 0 && sum("passed") > 0 ? 0 : 1;
