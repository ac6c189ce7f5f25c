import { type ChildProcess, spawn } from "node:child_process";
import { readFileSync } from "node:fs";

import { type CloudAccess, prepareBackend, pulumiVariables, searchPath } from "./environment";
import type { Home } from "./home";

/** What a finished `pulumi` printed and how it ended. */
export interface PulumiResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface PulumiOptions {
  /** Where Pulumi.yaml lies; the checkout unless said otherwise. */
  readonly cwd?: string;
  /** Shows the output as it comes, beside collecting it. */
  readonly show?: boolean;
  /** The command is interrupted after this time. Default: 20 minutes. */
  readonly timeoutMs?: number;
  readonly environment?: Record<string, string>;
  readonly input?: string;
}

/** `pulumi` failed: what was asked, how it ended and the end of what it said. */
export class PulumiFailed extends Error {
  override readonly name = "PulumiFailed";
  readonly code = "PULUMI_FAILED";

  constructor(
    readonly args: readonly string[],
    readonly result: PulumiResult,
  ) {
    const words = `${result.stdout}\n${result.stderr}`.trim().split("\n").slice(-30).join("\n");
    super(`pulumi ${args.join(" ")} ended with exit code ${result.code}:\n${words}`);
  }
}

/** `pulumi` was not there to be run, or the system did not let it. */
export class PulumiNotStarted extends Error {
  override readonly name = "PulumiNotStarted";
  readonly code = "PULUMI_NOT_STARTED";

  constructor(cause: Error) {
    super(`pulumi can't be started: ${cause.message}. Run: make setup`, { cause });
  }
}

/**
 * Runs `pulumi` on the engine of this checkout, against one cloud.
 *
 * The token is read from its file and passed in the environment: it is in no argument and no log.
 * @throws PulumiFailed when the command ends with anything but 0, PulumiNotStarted
 * @example
 * await pulumi(home(), cloud, ["up", "--yes", "-s", "sandbox"], { show: true });
 */
export async function pulumi(
  home: Home,
  cloud: CloudAccess,
  args: readonly string[],
  options: PulumiOptions = {},
): Promise<PulumiResult> {
  const result = await tryPulumi(home, cloud, args, options);
  if (result.code !== 0) throw new PulumiFailed(args, result);
  return result;
}

/** As {@link pulumi}, but an exit code is an answer. */
export async function tryPulumi(
  home: Home,
  cloud: CloudAccess,
  args: readonly string[],
  { cwd = home.root, show = false, timeoutMs = 20 * 60_000, environment = {}, input }: PulumiOptions = {},
): Promise<PulumiResult> {
  prepareBackend(home);
  return new Promise((resolve, reject) => {
    const child = spawn("pulumi", [...args, "--non-interactive", "--color", show ? "auto" : "never"], {
      cwd,
      env: {
        ...process.env,
        PATH: searchPath(home),
        ...pulumiVariables(home, cloud),
        DIGITALOCEAN_TOKEN: readFileSync(cloud.tokenFile, "utf8").trim(),
        ...environment,
      },
      stdio: [input === undefined ? "ignore" : "pipe", "pipe", "pipe"],
    });
    // One SIGINT lets the engine finish what is in flight and save its state. Not spawn's own limit: it is not cleared when nothing was started,
    // and holds this process for as long.
    const limit = setTimeout(() => child.kill("SIGINT"), timeoutMs);
    let stdout = "";
    let stderr = "";
    child.stdout?.on("data", (chunk: Buffer) => {
      stdout += chunk.toString();
      if (show) process.stdout.write(chunk);
    });
    child.stderr?.on("data", (chunk: Buffer) => {
      stderr += chunk.toString();
      if (show) process.stderr.write(chunk);
    });
    child.stdin?.end(input);
    const alone = endTogether(child);
    const ended = (): void => {
      clearTimeout(limit);
      alone();
    };
    child.on("error", (error) => {
      // Others, such as a signal that could not be sent, come while it runs.
      if (child.pid !== undefined) return;
      ended();
      reject(new PulumiNotStarted(error));
    });
    child.on("close", (code) => {
      ended();
      resolve({ code: code ?? 130, stdout, stderr });
    });
  });
}

/**
 * A deployment that is cut off half-way leaves a lock behind and resources that nobody knows of, so this process waits
 * for the engine when it is told to end. Ctrl-C in a terminal reaches the engine by itself, and a second one would be an
 * order to drop everything; other signals are for this process alone and are handed on as one interrupt.
 * @returns lets go again
 */
function endTogether(child: ChildProcess): () => void {
  const stay = (): void => undefined;
  const handOn = (): void => {
    child.kill("SIGINT");
  };
  process.on("SIGINT", stay);
  process.once("SIGTERM", handOn);
  return () => {
    process.off("SIGINT", stay);
    process.off("SIGTERM", handOn);
  };
}
