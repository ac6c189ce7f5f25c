import { spawn } from "node:child_process";
import { delimiter } from "node:path";

/** Where a stack's configuration is, and which `pulumi` changes it. */
export interface PulumiProject {
  /** Where `pulumi` is looked for after the search path. */
  readonly bin: string;
  readonly environment: NodeJS.ProcessEnv;
  readonly stack: string;
  /** The project's folder; undefined: here. */
  readonly cwd?: string | undefined;
  readonly configFile?: string | undefined;
  /** Default: one minute, in milliseconds; a backend may be far away. */
  readonly timeoutMs?: number;
}

/** A stack's secret could not be set. The words are Pulumi's, without the secret. */
export class StackSecretNotSet extends Error {
  override readonly name = "StackSecretNotSet";
  readonly code = "STACK_SECRET_NOT_SET";

  constructor(
    readonly stackName: string,
    readonly key: string,
    why: string,
  ) {
    super(`the stack ${stackName} did not get ${key}: ${why}`);
  }
}

/**
 * Sets a secret of a stack. The value goes through standard input: an argument could be seen by every user of this machine.
 * @throws StackSecretNotSet
 */
export async function setStackSecret(project: PulumiProject, key: string, value: string): Promise<void> {
  const { stack } = project;
  const { code, words } = await run(project, ["config", "set", "--secret", key], value).catch((error: unknown) => {
    throw new StackSecretNotSet(stack, key, notRun(error));
  });
  if (code !== 0) throw new StackSecretNotSet(stack, key, words.replaceAll(value, "[secret]"));
}

/** @returns undefined when there is none, or it can't be read */
export async function getStackSecret(project: PulumiProject, key: string): Promise<string | undefined> {
  const { code, output } = await run(project, ["config", "get", key], "").catch(() => ({ code: 1, output: "" }));
  return code === 0 ? output.trim() : undefined;
}

interface Ended {
  readonly code: number | null;
  readonly output: string;
  /** What a person is told of a failure. */
  readonly words: string;
}

function run(project: PulumiProject, command: readonly string[], input: string): Promise<Ended> {
  const { bin, environment, stack, cwd, configFile, timeoutMs = 60_000 } = project;
  const where = configFile === undefined ? [] : ["--config-file", configFile];
  const args = [...command, "--stack", stack, ...where, "--non-interactive", "--color", "never"];
  const env = { ...environment, PATH: [environment.PATH, bin].filter(Boolean).join(delimiter) };
  return new Promise((resolve, reject) => {
    // Nothing of this process is the child's but what it is given: no terminal either, from which it could ask.
    const child = spawn("pulumi", args, { cwd, env, stdio: "pipe" });
    // Not `spawn`'s own time limit: that goes on, and keeps this process, when there is no program to start.
    const limit = setTimeout(() => child.kill("SIGKILL"), timeoutMs);
    let output = "";
    let errors = "";
    child.stdout.on("data", (chunk: Buffer) => (output += chunk.toString()));
    child.stderr.on("data", (chunk: Buffer) => (errors = (errors + chunk.toString()).slice(-4000)));
    child.on("error", (error) => {
      clearTimeout(limit);
      reject(error);
    });
    // One that ends before it has read its input says why by itself.
    child.stdin.on("error", () => undefined);
    child.stdin.end(input);
    child.on("close", (code, signal) => {
      clearTimeout(limit);
      const words = signal === "SIGKILL" ? `pulumi did not answer within ${timeoutMs / 1000} s` : errors.trim();
      resolve({ code, output, words });
    });
  });
}

function notRun(error: unknown): string {
  const missing = typeof error === "object" && error !== null && "code" in error && error.code === "ENOENT";
  return missing
    ? "there is no `pulumi` on the search path, or the project's folder is not there. Install it, or run `make setup`."
    : "`pulumi` can't be run.";
}
