// How the suites are run: commands, where their output goes, and what their runners counted.
import { spawn } from "node:child_process";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

export const root = resolve(dirname(fileURLToPath(import.meta.url)), "..", "..");
export const bin = join(root, "node_modules", ".bin");
// Hundreds of processes load the same modules: what V8 made of them is kept for the next.
const compiled = join(root, ".deploy4me", "compiled");
const environment = {
  NODE_COMPILE_CACHE: compiled,
  ...process.env,
  PATH: `${bin}:${process.env.PATH}`,
  FORCE_COLOR: "0",
};

/** @typedef {{ passed: number, failed: number }} Count */

/** Where a suite's output goes: to the terminal at once, or when the suite is through. */
export class Output {
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

/**
 * Starts a command; `keep` collects its standard output instead of showing it, `keepErrors` its error output as well;
 * `nice` is how far it makes way for others, from 0 to 19.
 */
export function run(out, command, args, { cwd = root, env = {}, keep = false, keepErrors = false, nice = 0 } = {}) {
  return new Promise((done, fail) => {
    const child = spawn("nice", ["-n", String(nice), command, ...args], {
      cwd,
      env: { ...environment, ...env },
      stdio: ["ignore", "pipe", "pipe"],
    });
    let output = "";
    const take = (kept) => (chunk) => (kept ? (output += chunk) : out.write(chunk));
    child.stdout.setEncoding("utf8").on("data", take(keep || keepErrors));
    child.stderr.setEncoding("utf8").on("data", take(keepErrors));
    child.on("error", fail);
    child.on("close", (code, signal) => done({ code: code ?? 128, signal, output }));
  });
}

/** `go test -json`: one event a line; only tests count, not packages. */
export async function goTests(out, { cwd, env, flags = [] }) {
  const { code, output } = await run(out, "go", ["test", "-trimpath", "-json", ...flags, "./..."], {
    cwd,
    env,
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
export async function check(out, name, command, args, options) {
  const { code } = await run(out, command, args, options);
  out.line(`${name}: ${code === 0 ? "clean" : `exit code ${code}`}`);
  return { passed: code === 0 ? 1 : 0, failed: code === 0 ? 0 : 1 };
}

/** A runner that ended badly without naming a failed test is a failure all the same. */
export function settle(count, code) {
  return code !== 0 && count.failed === 0 ? { ...count, failed: 1 } : count;
}
