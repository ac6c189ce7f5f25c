// Runs clients that nobody here wrote, each through a whole life cycle over a server of its own (server.ts). Beside the
// client's own tests, two are counted for each: what it left behind, and whether every answer was as DigitalOcean's
// description of its API says.
//
//   node test/strangers/run.mjs [godo | pydo | dots …]
import { spawn } from "node:child_process";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

import { goTests, Output, run, settle } from "../runner/commands.mjs";

const root = resolve(dirname(fileURLToPath(import.meta.url)), "..", "..");
const here = join(root, "test", "strangers");
const brought = join(root, ".deploy4me", "strangers");
const contractResults = join(root, ".deploy4me", "test-results", "contract");

/** How each client is run: its name, and what counts its tests. Each is told where the sandbox's CA is by its own means. */
export const strangers = {
  godo: (out, { env }) => goTests(out, { cwd: join(here, "go"), env, flags: ["-count=1"] }),
  pydo: (out, { env, ca }) =>
    unittest(out, [join(brought, "python", "bin", "python"), "-m", "unittest", "-f", "-v", "test_life_cycle"], {
      cwd: join(here, "python"),
      env: { ...env, REQUESTS_CA_BUNDLE: ca, PYTHONDONTWRITEBYTECODE: "1" },
    }),
  dots: (out, { env, ca }) =>
    nodeTests(out, ["life-cycle.test.ts"], { cwd: join(here, "typescript"), env: { ...env, NODE_EXTRA_CA_CERTS: ca } }),
};

/** @returns {Promise<{ passed: number, failed: number }>} */
export async function stranger(out, name) {
  const directory = join(brought, "sandboxes", name);
  rmSync(directory, { recursive: true, force: true });
  mkdirSync(directory, { recursive: true });
  let server;
  let count = { passed: 0, failed: 0 };
  try {
    server = await start(out, directory);
    count = await strangers[name](out, { env: environment(server.place), ca: server.place.caFile, directory });
  } catch (error) {
    out.line(`${name} could not be run: ${error.message}`);
    count = { passed: 0, failed: 1 };
  }
  return server === undefined ? count : add(count, judge(out, name, await server.end()));
}

function environment({ apiUrl, tlsUrl, tokens }) {
  return {
    SANDBOX_URL: apiUrl,
    SANDBOX_TLS_URL: tlsUrl,
    SANDBOX_TOKEN: tokens.owner,
    SANDBOX_READER_TOKEN: tokens.reader,
    SANDBOX_SPENT_TOKEN: tokens.spent,
  };
}

/** Two tests more: nothing left, and the contract kept. */
function judge(out, name, findings) {
  if (findings === undefined) {
    out.line(`${name}: the server ended without a word`);
    return { passed: 0, failed: 1 };
  }
  const { leftovers, violations, validated, unchecked } = findings;
  for (const left of leftovers) out.line(`${name} left ${left}`);
  const count = leftovers.length === 0 ? { passed: 1, failed: 0 } : { passed: 0, failed: 1 };
  if (unchecked !== undefined) {
    out.line(`NOT CHECKED: ${unchecked}`);
    return count;
  }
  for (const violation of violations) out.line(`not as described: ${violation}`);
  out.line(`${name}: ${validated.length} kinds of answers were held against the description`);
  mkdirSync(contractResults, { recursive: true });
  writeFileSync(join(contractResults, `stranger-${name}.txt`), validated.map((kind) => `${kind}\n`).join(""));
  return add(
    count,
    violations.length === 0 && validated.length > 0 ? { passed: 1, failed: 0 } : { passed: 0, failed: 1 },
  );
}

function add(one, other) {
  return { passed: one.passed + other.passed, failed: one.failed + other.failed };
}

/** The server's first line says where it is; it ends when its input does, and its last line says what it found. */
async function start(out, directory) {
  const node = join(root, "node_modules", ".bin", "node");
  const child = spawn(node, [join(root, "dist", "test", "strangers", "server.js"), directory], {
    stdio: ["pipe", "pipe", "pipe"],
  });
  let log = "";
  child.stderr.setEncoding("utf8").on("data", (text) => (log += text));
  const ended = new Promise((done) => child.on("close", done));
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const next = async () => {
    const { value, done } = await lines.next();
    return done ? undefined : JSON.parse(value);
  };
  const place = await next();
  if (place === undefined) throw new Error(`the server did not start: ${log}`);
  return {
    place,
    async end() {
      child.stdin.end();
      const findings = await next();
      const code = await ended;
      writeFileSync(join(directory, "server.log"), log);
      if (code !== 0) out.write(log);
      return code === 0 ? findings : undefined;
    },
  };
}

/** Python's unittest sums up on its error output. */
async function unittest(out, [command, ...args], options) {
  const { code, output } = await run(out, command, args, { ...options, keepErrors: true });
  out.write(output);
  const ran = Number(/^Ran (\d+) tests? in/m.exec(output)?.[1] ?? 0);
  const failed = [...output.matchAll(/\b(?:failures|errors|skipped|unexpected successes)=(\d+)/g)]
    .map(([, number]) => Number(number))
    .reduce((sum, number) => sum + number, 0);
  return settle({ passed: Math.max(0, ran - failed), failed }, ran === 0 ? 1 : code);
}

/** Node's test runner sums up in its last lines. */
async function nodeTests(out, files, options) {
  const { code, output } = await run(out, "node", ["--test", "--test-reporter=tap", ...files], {
    ...options,
    keep: true,
  });
  const number = (what) => Number(new RegExp(`^# ${what} (\\d+)$`, "m").exec(output)?.[1] ?? 0);
  const count = { passed: number("pass"), failed: number("fail") + number("skipped") + number("cancelled") };
  if (count.failed > 0 || code !== 0) out.write(output);
  return settle(count, count.passed === 0 ? 1 : code);
}

async function main(names) {
  const out = new Output(true);
  let total = { passed: 0, failed: 0 };
  for (const name of names) {
    const begun = Date.now();
    const count = await stranger(out, name);
    out.line(`${name}: ${count.passed} passed, ${count.failed} failed, ${((Date.now() - begun) / 1000).toFixed(1)} s`);
    total = add(total, count);
  }
  out.line(`${total.passed} passed, ${total.failed} failed`);
  process.exitCode = total.failed === 0 && total.passed > 0 ? 0 : 1;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const names = process.argv.slice(2);
  await main(names.length > 0 ? names : Object.keys(strangers));
}
