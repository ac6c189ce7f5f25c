import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";

import { z } from "zod";

import { projectRoot } from "../../cli/home";

/** A checkout in small: one module, two suites that load it, and what has to be run each time. */
let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "deploy4me-reuse-"));
  write("guard/pace.ts", "export const pace = 1;");
  write("dist/guard/pace.js", "exports.pace = 1;");
  for (const suite of ["guard/pace", "guard/other", "sandbox/hosts/boot"]) {
    write(`test/${suite}.test.ts`, "import it");
    write(`dist/test/${suite}.test.js`, 'require("../../guard/pace")');
  }
  write("dist/test/drawing.js", 'require("fast-check")');
  write("test/guard/random.test.ts", "import it");
  write("dist/test/guard/random.test.js", 'require("../drawing")');
});
afterEach(() => {
  rmSync(root, { recursive: true });
});

const all = ["guard/pace", "guard/other", "guard/random", "sandbox/hosts/boot"];

test("a suite stands when nothing has changed since it passed; what draws or looks at this machine never does", async () => {
  expect(await run()).toEqual(all);
  expect(await run()).toEqual(["guard/random", "sandbox/hosts/boot"]);
});

test.each([
  ["a source", "guard/pace.ts", "export const pace = 2;"],
  ["what is run", "dist/guard/pace.js", "exports.pace = 2;"],
  ["data", "catalogue/wiki.yaml", "name: wiki"],
  ["a page that a test may read", "docs/guard.md", "# Guard"],
  ["the tools", "node_modules/.package-lock.json", "{}"],
  ["the engine", ".deploy4me/bin/engine.json", "{}"],
])("none stands when %s has changed", async (_, file, text) => {
  await run();
  write(file, text);
  expect(await run()).toEqual(all);
});

test("when a suite itself has changed, the others stand", async () => {
  await run();
  write("dist/test/guard/other.test.js", 'require("../../guard/pace"); expect(1)');
  expect(await run()).toEqual(["guard/other", "guard/random", "sandbox/hosts/boot"]);
});

test("one that failed, or had a test left out, does not stand, whatever it was before", async () => {
  await run();
  await run({ only: all, results: { "guard/pace": "failed", "guard/other": "pending" } });
  expect(await run()).toEqual(all);
});

test("none stands in another environment, or a day later", async () => {
  await run();
  expect(await run({ environment: { KILL_SEED: "7" } })).toEqual(all);
  expect(await run({ environment: { KILL_SEED: "7", MAKELEVEL: "2" } })).toEqual([
    "guard/random",
    "sandbox/hosts/boot",
  ]);
  expect(await run({ environment: { KILL_SEED: "7" }, now: 25 * 3_600_000 })).toEqual(all);
});

test("nothing is kept of a run in which a file was changed", async () => {
  await run({ meanwhile: ["guard/pace.ts", "export const pace = 3;"] });
  // As it was before: only what was seen of it in between is in doubt.
  write("guard/pace.ts", "export const pace = 1;");
  expect(await run()).toEqual(all);
});

test("how many tests stand is what they came to", async () => {
  await run();
  const { standing } = await asked({});
  expect(standing).toEqual({ "guard/pace": 2, "guard/other": 2 });
});

interface Round {
  readonly environment?: Readonly<Record<string, string>>;
  /** Milliseconds after the first round. */
  readonly now?: number;
  /** These in place of those that are to be run. */
  readonly only?: readonly string[];
  /** What becomes of a suite's second test. Default: it passes. */
  readonly results?: Readonly<Record<string, "failed" | "pending">>;
  /** A file that is written while the suites run. */
  readonly meanwhile?: readonly [file: string, text: string];
}

/** Runs what has to be run. @returns which suites those were */
async function run(round: Round = {}): Promise<string[]> {
  return (await asked(round)).run;
}

async function asked(round: Round): Promise<{ run: string[]; standing: Record<string, number> }> {
  const module = pathToFileURL(join(projectRoot(), "test", "runner", "reuse.mjs")).href;
  const script = `
    import { mkdirSync, writeFileSync } from "node:fs";
    import { dirname, join } from "node:path";
    import { Reuse } from ${JSON.stringify(module)};
    const { root, all, round } = ${JSON.stringify({ root, all, round })};
    const pathOf = (suite) => join(root, "dist", "test", suite + ".test.js");
    const nameOf = (path) => path.slice(join(root, "dist", "test").length + 1, -".test.js".length);
    const reuse = new Reuse(root, round.environment ?? {}, 1_800_000_000_000 + (round.now ?? 0));
    const { run, standing } = reuse.split(all.map(pathOf));
    if (round.meanwhile) writeFileSync(join(root, round.meanwhile[0]), round.meanwhile[1]);
    const suites = round.only?.map(pathOf) ?? run;
    reuse.keep({
      testResults: suites.map((name) => {
        const second = round.results?.[nameOf(name)] ?? "passed";
        const status = second === "failed" ? "failed" : "passed";
        return { name, status, assertionResults: [{ status: "passed" }, { status: second }] };
      }),
    });
    const counts = Object.fromEntries([...standing].map(([path, count]) => [nameOf(path), count]));
    process.stdout.write(JSON.stringify({ run: run.map(nameOf), standing: counts }));`;
  const { stdout } = await promisify(execFile)(process.execPath, ["--input-type=module", "--eval", script]);
  return z.object({ run: z.array(z.string()), standing: z.record(z.string(), z.number()) }).parse(JSON.parse(stdout));
}

function write(file: string, text: string): void {
  mkdirSync(dirname(join(root, file)), { recursive: true });
  writeFileSync(join(root, file), text);
}
