import { basename } from "node:path";

import type { Command } from "commander";

import { runInPlace } from "./child";
import { openDigitalOcean } from "./connection";
import { CommandNotStarted } from "./errors";
import { openGuard } from "./guard";
import { type Home, home } from "./home";

interface ExecOptions {
  readonly connection?: string;
  readonly stack: string;
  readonly takeOver?: true;
}

/** `deploy4me exec -- pulumi up`: any command, its requests to DigitalOcean through the guard. */
export function registerExec(program: Command): void {
  program
    .command("exec")
    .description("run a command whose requests to DigitalOcean go through the guard, such as `pulumi up` or `doctl …`")
    .usage("[options] -- <command...>")
    .argument("<command...>", "the command, and what it is given")
    .option("--connection <name>", "as whom; default: the only connection there is")
    .option("--stack <name>", "what it works on: one command at a time for each", process.env.PULUMI_STACK ?? "default")
    .option(
      "--take-over",
      "although another command seems to work on the stack; that one's requests are refused from then on",
    )
    .passThroughOptions()
    .action(async ([command = "", ...args]: string[], options: ExecOptions) => {
      process.exitCode = await exec(home(), [command, ...args], options);
    });
}

/**
 * The command gets the guard's address and a ticket in its environment, in the places where clients of DigitalOcean look for an API and a token. The
 * token itself is in none.
 * @returns the command's exit code
 */
async function exec(home: Home, command: readonly [string, ...string[]], options: ExecOptions): Promise<number> {
  const connection = await openDigitalOcean(home, options.connection);
  try {
    // What can't go on without a person is told now, and not by the command's first request.
    await connection.tokens.current(AbortSignal.timeout(60_000));
    const take = { holder: basename(command[0]), takeOver: options.takeOver ?? false };
    const guard = await openGuard(home, connection, options.stack, take);
    try {
      return await runInPlace(command, environmentFor(guard, process.env));
    } finally {
      await guard.close();
    }
  } catch (error) {
    if (!(error instanceof CommandNotStarted)) throw error;
    process.stderr.write(`deploy4me: ${error.message}\n`);
    return error.exitCode;
  } finally {
    await connection.close();
  }
}

/** For clients that would send what is for loopback to a proxy. */
const loopback = "127.0.0.1,localhost";

function environmentFor(
  { url, ticket }: { readonly url: string; readonly ticket: string },
  environment: NodeJS.ProcessEnv,
): NodeJS.ProcessEnv {
  const direct = [environment.no_proxy ?? environment.NO_PROXY, loopback]
    .filter((part) => part !== undefined)
    .join(",");
  return {
    ...environment,
    DIGITALOCEAN_API_URL: url,
    DIGITALOCEAN_TOKEN: ticket,
    DIGITALOCEAN_ACCESS_TOKEN: ticket,
    NO_PROXY: direct,
    no_proxy: direct,
  };
}
