// The suites that `make test` runs only a sample of, with all of it. Each says what its variables mean.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

import { bin, Output, root, run } from "./commands.mjs";

const whole = {
  FUZZ_EXAMPLES: "20",
  FUZZ_PHASES: "examples,coverage,fuzzing,stateful",
  FUZZ_SECONDS: "3600",
  KILL_ROUNDS: "25",
  PROPERTY_EFFORT: "1",
  PROPERTY_RUNS: "200",
};

const tests = join(root, "dist", "test");
// Those that read one of the variables, themselves or by test/effort.ts.
const reads = new RegExp(`effort"\\)|\\b(${Object.keys(whole).join("|")})\\b`);
const suites = readdirSync(tests, { recursive: true })
  .filter((name) => name.endsWith(".test.js") && !name.startsWith("end-to-end/"))
  .map((name) => join(tests, name))
  .filter((file) => reads.test(readFileSync(file, "utf8")));

const args = ["--config", join(root, "jest.config.js"), "--runTestsByPath", ...suites];
// What the environment says goes before: more of one, or less.
const { code } = await run(new Output(true), join(bin, "jest"), args, { env: { ...whole, ...process.env } });
process.exitCode = code;
