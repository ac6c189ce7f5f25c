// Runs every suite and adds up what the runners themselves counted. The last line is `N passed, N failed`. A suite whose
// runner breaks off counts as one failure more.
//
// Two lanes run side by side: the end-to-end suite mostly waits for machines that boot, so the others use the processor
// meanwhile. It shows what it does as it does it; the others' output follows in one piece when each is through.
import { spawn } from "node:child_process";
import { mkdirSync, readFileSync, rmSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const root = resolve(dirname(fileURLToPath(import.meta.url)), "..");
const results = join(root, ".deploy4me", "test-results");
const bin = join(root, "node_modules", ".bin");
const environment = { ...process.env, PATH: `${bin}:${process.env.PATH}`, FORCE_COLOR: "0" };

/** @typedef {{ passed: number, failed: number }} Count */

/** Where a suite's output goes: to the terminal at once, or when the suite is through. */
class Output {
  text = "";
  constructor(live) {
    this.live = live;
  }
  write(text) {
    if (this.live) process.stdout.write(text);
    else this.text += text;
  }
  line(text) {
    this.write(`${text}\n`);
  }
  end() {
    process.stdout.write(this.text);
    this.text = "";
  }
}

/** Starts a command; `keep` collects its standard output instead of showing it. */
function run(out, command, args, { cwd = root, keep = false } = {}) {
  return new Promise((done, fail) => {
    const child = spawn(command, args, { cwd, env: environment, stdio: ["ignore", "pipe", "pipe"] });
    let output = "";
    child.stdout.setEncoding("utf8").on("data", (chunk) => (keep ? (output += chunk) : out.write(chunk)));
    child.stderr.setEncoding("utf8").on("data", (chunk) => out.write(chunk));
    child.on("error", fail);
    child.on("close", (code, signal) => done({ code: code ?? 128, signal, output }));
  });
}

/** `go test -json`: one event a line; only tests count, not packages. */
async function goTests(out) {
  const { code, output } = await run(out, "go", ["test", "-trimpath", "-json", "./..."], {
    cwd: join(root, "engine"),
    keep: true,
  });
  const count = { passed: 0, failed: 0 };
  const shown = new Map();
  for (const line of output.split("\n")) {
    if (!line.startsWith("{")) {
      if (line !== "") out.line(line);
      continue;
    }
    const event = JSON.parse(line);
    const key = `${event.Package} ${event.Test ?? ""}`;
    if (event.Action === "output" || event.Action === "build-output")
      shown.set(key, (shown.get(key) ?? "") + event.Output);
    if (event.Action === "build-output") out.write(event.Output);
    if (event.Test === undefined) continue;
    if (event.Action === "pass") count.passed++;
    if (event.Action === "fail") {
      count.failed++;
      out.write(shown.get(key) ?? "");
    }
  }
  out.line(`go test: ${count.passed} passed, ${count.failed} failed`);
  return settle(count, code);
}

/** A command that only passes or fails counts as one test. */
async function check(out, name, command, args, options) {
  const { code } = await run(out, command, args, options);
  out.line(`${name}: ${code === 0 ? "clean" : `exit code ${code}`}`);
  return { passed: code === 0 ? 1 : 0, failed: code === 0 ? 0 : 1 };
}

/** Jest prints its own summary; the figures are taken from its report. */
async function jest(out, config) {
  const report = join(results, `${config}.json`);
  rmSync(report, { force: true });
  const args = ["--config", join(root, config), "--json", `--outputFile=${report}`, ...process.argv.slice(2)];
  // With --json the report goes to standard output as well: the file is enough.
  const { code } = await run(out, join(bin, "jest"), args, { keep: true });
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

/** A runner that ended badly without naming a failed test is a failure all the same. */
function settle(count, code) {
  return code !== 0 && count.failed === 0 ? { ...count, failed: 1 } : count;
}

const lanes = [
  [
    ["go vet", (out) => check(out, "go vet", "go", ["vet", "./..."], { cwd: join(root, "engine") })],
    ["engine (Go)", goTests],
    ["linter", (out) => check(out, "eslint", join(bin, "eslint"), ["."])],
    ["formatter", (out) => check(out, "prettier", join(bin, "prettier"), ["--check", "--log-level", "warn", "."])],
    ["units, namespaces, machines", (out) => jest(out, "jest.config.js")],
  ],
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
const all = (await Promise.all(lanes.map((suites, index) => runLane(suites, index === lanes.length - 1)))).flat();
const sum = (key) => all.reduce((total, suite) => total + suite[key], 0);
console.log(`\n${all.map(({ line }) => line).join("\n")}\n\n${sum("passed")} passed, ${sum("failed")} failed`);
process.exitCode = sum("failed") === 0 && sum("passed") > 0 ? 0 : 1;
