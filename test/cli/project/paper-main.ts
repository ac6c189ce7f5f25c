import { join } from "node:path";

import { Command } from "commander";

import { type Program, projectProgram } from "../../../driver/program";
import type { ProjectRequest } from "../../../driver/request";

/** The command with a program that a cloud without machines can bring about; everything else is as it is shipped. */
const file = join(__dirname, "paper-program.js");
const paper: Program<ProjectRequest> = { ...projectProgram, module: file, export: "paper", sources: [file] };

/** As in the command itself, only the one that is asked for is loaded. */
const commands: Readonly<Record<string, (program: Command) => Promise<void>>> = {
  preview: async (program) => {
    (await import("../../../cli/project/deploying.js")).registerPreview(program, paper);
  },
  up: async (program) => {
    (await import("../../../cli/project/deploying.js")).registerUp(program, paper);
  },
  refresh: async (program) => {
    (await import("../../../cli/project/refreshing.js")).registerRefresh(program, paper);
  },
  destroy: async (program) => {
    (await import("../../../cli/project/removing.js")).registerDestroy(program, paper);
  },
  outputs: async (program) => {
    (await import("../../../cli/project/looking.js")).registerOutputs(program);
  },
  history: async (program) => {
    (await import("../../../cli/project/looking.js")).registerHistory(program);
  },
  cancel: async (program) => {
    (await import("../../../cli/project/cancelling.js")).registerCancel(program);
  },
  state: async (program) => {
    (await import("../../../cli/project/state.js")).registerState(program);
  },
};

async function main([name = ""]: readonly string[]): Promise<void> {
  const program = new Command("deploy4me").showHelpAfterError().enablePositionalOptions();
  const register = commands[name];
  if (register === undefined) throw new Error(`on paper there is no ${name}, but ${Object.keys(commands).join(", ")}`);
  await register(program);
  await program.parseAsync(process.argv);
}

void main(process.argv.slice(2));
