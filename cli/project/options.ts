import type { Command, CommanderError } from "commander";

import { exitCodes } from "./exit";

/** A command on a project: what is wrong with its command line ends it with the exit code for that. */
export function projectCommand(program: Command, name: string): Command {
  return program.command(name).exitOverride((error: CommanderError) => {
    process.exit(error.exitCode === 0 ? exitCodes.done : exitCodes.usage);
  });
}

export const fileWords = "the project's file; default: deploy4me.yaml, .yml or .json in this folder or above it";

/** With which account, and how its token gets to the engine. */
export function withAccess(command: Command): Command {
  return command
    .option("--connection <name>", "as whom; default: the only connection there is")
    .option(
      "--direct",
      "hand the engine the short-lived token itself, as a secret of the stack, in place of a guard's ticket; not on AWS",
    );
}

export function withJson(command: Command): Command {
  return command.option("--json", "a line of JSON for each thing that happens, and the result in the last one");
}

/** Of what is there already: its file, or its name alone. */
export function withStack(command: Command): Command {
  return command
    .argument("[file]", fileWords)
    .option("--stack <name>", "the project by its name, in place of its file");
}
