import { spawn } from "node:child_process";
import { relative } from "node:path";

import type { Command } from "commander";

import { daemonFiles } from "../sandbox/daemon-files";
import { visitorCommand } from "../sandbox/hosts/network";
import { cloudAccess, requireSandbox, resetSandbox, runningSandbox, startSandbox, stopSandbox } from "./daemon";
import { environmentFile } from "./environment";
import { home } from "./home";
import { registerSandboxFault } from "./sandbox-fault";
import { readInventory, statusText } from "./status";

/** `deploy4me sandbox …`: the cloud on this machine. */
export function registerSandbox(program: Command): Command {
  const sandbox = program
    .command("sandbox")
    .description("the cloud on this machine: DigitalOcean's API, real machines");

  sandbox
    .command("start")
    .description("start it, and all machines that were on")
    .option("--clock <time>", "where its clock is to stand (2026-01-01T00:00:00Z), or `real`; default: as before")
    .option("--no-rate-limits", "no limits of requests an hour and a minute")
    .option("--aws", "AWS as well, with an empty account (moto: `make moto`)")
    .action(async (options: { clock?: string; rateLimits: boolean; aws?: boolean }) => {
      const { sandbox: running, started } = await startSandbox(home(), say, options);
      say(started ? `the sandbox runs: ${running.apiUrl}` : `the sandbox runs already: ${running.apiUrl}`);
      if (running.aws !== undefined) say(`AWS: ${running.aws.endpointUrl}`);
      const isMissed = options.clock !== undefined || !options.rateLimits || (options.aws === true && !running.aws);
      if (!started && isMissed) {
        say("what was asked for here holds from its next start: `deploy4me sandbox stop` first");
        process.exitCode = 1;
      }
      say(`for a shell: . ${relative(process.cwd(), environmentFile(home()))}`);
    });

  sandbox
    .command("stop")
    .description("switch all machines off and leave nothing of it on this machine; disks and state stay")
    .action(async () => {
      say((await stopSandbox(home(), say)) ? "the sandbox is stopped" : "the sandbox does not run");
    });

  sandbox
    .command("status")
    .description("what runs, and where")
    .option("--json", "for programs")
    .action(async ({ json = false }: { json?: boolean }) => {
      await status(json);
    });

  sandbox
    .command("reset")
    .description("stop it and remove everything it kept: every machine's disk, every address, every name")
    .action(async () => {
      await resetSandbox(home(), say);
      say("the sandbox is gone; the next start begins with an empty one");
    });

  sandbox
    .command("visitor")
    .description("run a command as the outside world sees the sandbox: with the visitor's addresses, and its names")
    .argument("<command...>", "the command and its arguments, after --")
    .option("--aws", "outside AWS's machines: the two clouds of a sandbox have networks of their own")
    .passThroughOptions()
    .action(async (command: string[], { aws = false }: { aws?: boolean }) => {
      process.exitCode = await asVisitor(command, aws);
    });
  registerSandboxFault(sandbox);
  return sandbox;
}

async function status(json: boolean): Promise<void> {
  const running = runningSandbox(home());
  if (running === undefined) {
    say(json ? JSON.stringify({ running: false }) : "the sandbox does not run");
    process.exitCode = 1;
    return;
  }
  const inventory = await readInventory(cloudAccess(home(), running), daemonFiles(home().sandbox).room);
  say(
    json ? JSON.stringify({ running: true, ...running, ...inventory }, undefined, 2) : statusText(running, inventory),
  );
}

/** The command has this terminal; its exit code is ours. */
function asVisitor(command: readonly string[], aws: boolean): Promise<number> {
  const running = requireSandbox(home());
  const ranges = aws ? running.aws?.ranges : running.ranges;
  if (ranges === undefined)
    throw new Error("the sandbox runs without AWS: `deploy4me sandbox stop`, then `start --aws`");
  const [program, ...args] = visitorCommand(ranges.visitor, command);
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio: "inherit", env: withoutProxies(process.env) });
    // The terminal sends Ctrl-C to both: the command decides what it means.
    process.on("SIGINT", () => undefined);
    child.on("error", reject);
    child.on("close", (code) => {
      resolve(code ?? 130);
    });
  });
}

/** This machine's own way out has no meaning in the sandbox. */
export function withoutProxies(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(environment).filter(([name]) => !/^(https?|all|ftp)_proxy$/i.test(name)));
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
