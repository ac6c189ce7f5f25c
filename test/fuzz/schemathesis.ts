import { execFile } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";

import { home } from "../../cli/home";
import { descriptionFile, whereToGetIt } from "../../sandbox/digitalocean/contract";
import { operations } from "../../sandbox/digitalocean/coverage";
import { servedDescription } from "./description";
import type { PaperProcess } from "./paper-process";

const program = join(home().root, ".deploy4me", "fuzz", "bin", "schemathesis");

export interface Effort {
  /** About how many requests to an operation in a phase. */
  readonly examples: number;
  readonly seed: number;
  /** Of schemathesis: examples, coverage, fuzzing, stateful; with commas between. */
  readonly phases: string;
  /** When it is told to end, whatever it has done by then. */
  readonly seconds: number;
}

/** @returns why it can't be done here, in words; undefined when it can */
export function whyNot(): string | undefined {
  if (!existsSync(descriptionFile)) return whereToGetIt;
  return undefined;
}

/**
 * Lets schemathesis ask a cloud for what its description says it serves. What the answers are worth is the cloud's own
 * watch to say: here only what schemathesis itself complains of counts.
 * @returns its output
 * @throws when it finds a failure, or can't run
 */
export async function schemathesis(
  cloud: PaperProcess,
  directory: string,
  { examples, phases, seed, seconds }: Effort,
): Promise<string> {
  const file = join(directory, "served.json");
  const { description } = servedDescription(
    JSON.parse(readFileSync(descriptionFile, "utf8")) as Record<string, unknown>,
  );
  writeFileSync(file, JSON.stringify(description));
  const args = [
    "--no-color",
    "run",
    file,
    `--url=${cloud.url}`,
    `--header=Authorization: ${cloud.authorization}`,
    "--checks=not_a_server_error",
    "--mode=all",
    `--phases=${phases}`,
    `--max-examples=${examples}`,
    `--seed=${seed}`,
    "--generation-database=none",
    "--suppress-health-check=all",
    "--request-timeout=5",
    "--continue-on-failure",
    "--warnings=off",
    // It ends by itself a little before it would be ended.
    `--max-time=${Math.max(5, seconds - 15)}`,
  ];
  try {
    const { stdout } = await promisify(execFile)(program, args, {
      cwd: directory,
      timeout: seconds * 1000,
      maxBuffer: 64 * 1024 * 1024,
      env: {
        ...process.env,
        PYTHONHASHSEED: "0",
        PYTHONPATH: join(home().root, "test", "fuzz"),
        PYTHONDONTWRITEBYTECODE: "1",
        SCHEMATHESIS_HOOKS: "hooks",
        PAPER_URL: cloud.url,
        PAPER_AUTHORIZATION: cloud.authorization,
      },
    });
    return stdout;
  } catch (error) {
    const {
      stdout = "",
      stderr = "",
      killed = false,
    } = error as { stdout?: string; stderr?: string; killed?: boolean };
    if (killed) return `${stdout}\nended after ${seconds} s`;
    throw new Error(`schemathesis: ${stdout.slice(-8000)}\n${stderr.slice(-2000)}`, { cause: error });
  }
}

/** Served operations that were never reached, and such that only ever refused. */
export function unreached(outcomes: Readonly<Record<string, number>>): { never: string[]; onlyRefused: string[] } {
  const of = (method: string, path: string, digit: number): number => outcomes[`${method} ${path} ${digit}xx`] ?? 0;
  const names = (among: typeof operations): string[] => among.map(({ method, path }) => `${method} ${path}`);
  const never = operations.filter(({ method, path }) => [2, 4].every((digit) => of(method, path, digit) === 0));
  const onlyRefused = operations.filter(({ method, path }) => of(method, path, 2) === 0 && of(method, path, 4) > 0);
  return { never: names(never), onlyRefused: names(onlyRefused) };
}
