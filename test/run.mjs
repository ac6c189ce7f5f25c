// Runs every suite one after another, each with its own output, and adds up what the runners themselves counted.
// The last line is `N passed, N failed`. A suite whose runner breaks off counts as one failure more.
import { spawn } from "node:child_process";
import { mkdirSync, readFileSync, rmSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const root = resolve(dirname(fileURLToPath(import.meta.url)), "..");
const results = join(root, ".deploy4me", "test-results");
const bin = join(root, "node_modules", ".bin");
const environment = { ...process.env, PATH: `${bin}:${process.env.PATH}`, FORCE_COLOR: "0" };

/** @typedef {{ passed: number, failed: number }} Count */

/** Starts a command in the foreground; `keep` collects its standard output instead of showing it. */
function run(command, args, { cwd = root, keep = false } = {}) {
  return new Promise((done, fail) => {
    const child = spawn(command, args, {
      cwd,
      env: environment,
      stdio: ["ignore", keep ? "pipe" : "inherit", "inherit"],
    });
    let output = "";
    child.stdout?.on("data", (chunk) => (output += chunk));
    child.on("error", fail);
    child.on("close", (code, signal) => done({ code: code ?? 128, signal, output }));
  });
}

/** `go test -json`: one event a line; only tests count, not packages. */
async function goTests() {
  const { code, output } = await run("go", ["test", "-trimpath", "-json", "./..."], {
    cwd: join(root, "engine"),
    keep: true,
  });
  const count = { passed: 0, failed: 0 };
  const shown = new Map();
  for (const line of output.split("\n")) {
    if (!line.startsWith("{")) {
      if (line !== "") console.log(line);
      continue;
    }
    const event = JSON.parse(line);
    const key = `${event.Package} ${event.Test ?? ""}`;
    if (event.Action === "output" || event.Action === "build-output")
      shown.set(key, (shown.get(key) ?? "") + event.Output);
    if (event.Action === "build-output") process.stdout.write(event.Output);
    if (event.Test === undefined) continue;
    if (event.Action === "pass") count.passed++;
    if (event.Action === "fail") {
      count.failed++;
      process.stdout.write(shown.get(key) ?? "");
    }
  }
  console.log(`go test: ${count.passed} passed, ${count.failed} failed`);
  return settle(count, code);
}

/** A command that only passes or fails counts as one test. */
async function check(name, command, args, options) {
  const { code } = await run(command, args, options);
  console.log(`${name}: ${code === 0 ? "clean" : `exit code ${code}`}`);
  return { passed: code === 0 ? 1 : 0, failed: code === 0 ? 0 : 1 };
}

/** Jest prints its own summary; the figures are taken from its report. */
async function jest(config) {
  const report = join(results, `${config}.json`);
  rmSync(report, { force: true });
  const args = ["--config", join(root, config), "--json", `--outputFile=${report}`, ...process.argv.slice(2)];
  // With --json the report goes to standard output as well: the file is enough.
  const { code } = await run(join(bin, "jest"), args, { keep: true });
  let summary;
  try {
    summary = JSON.parse(readFileSync(report, "utf8"));
  } catch (error) {
    console.error(`${config}: jest left no report (exit code ${code}): ${error.message}`);
    return { passed: 0, failed: 1 };
  }
  if (summary.numPendingTests > 0) console.error(`${config}: ${summary.numPendingTests} tests were skipped`);
  const failed = summary.numFailedTests + summary.numRuntimeErrorTestSuites + summary.numPendingTests;
  return settle({ passed: summary.numPassedTests, failed }, code);
}

/** A runner that ended badly without naming a failed test is a failure all the same. */
function settle(count, code) {
  return code !== 0 && count.failed === 0 ? { ...count, failed: 1 } : count;
}

const suites = [
  ["go vet", () => check("go vet", "go", ["vet", "./..."], { cwd: join(root, "engine") })],
  ["engine (Go)", goTests],
  ["linter", () => check("eslint", join(bin, "eslint"), ["."])],
  ["formatter", () => check("prettier", join(bin, "prettier"), ["--check", "--log-level", "warn", "."])],
  ["units, namespaces, machines", () => jest("jest.config.js")],
  ["end to end", () => jest("jest.end-to-end.config.js")],
];

mkdirSync(results, { recursive: true });
const total = { passed: 0, failed: 0 };
const lines = [];
for (const [name, suite] of suites) {
  const start = Date.now();
  console.log(`\n=== ${name}`);
  const { passed, failed } = await suite();
  total.passed += passed;
  total.failed += failed;
  lines.push(
    `${failed === 0 ? "ok  " : "FAIL"} ${name}: ${passed} passed, ${failed} failed, ${Math.round((Date.now() - start) / 1000)} s`,
  );
}
console.log(`\n${lines.join("\n")}\n\n${total.passed} passed, ${total.failed} failed`);
process.exitCode = total.failed === 0 && total.passed > 0 ? 0 : 1;
