import { join } from "node:path";

import { Command } from "commander";

import { registerExec } from "../../../cli/exec";
import { registerPreview, registerUp } from "../../../cli/project/deploying";
import { registerExpire } from "../../../cli/project/expiring";
import { registerOutputs } from "../../../cli/project/looking";
import { registerDestroy } from "../../../cli/project/removing";
import { registerState } from "../../../cli/project/state";
import { registerSweep } from "../../../cli/project/sweeping";
import { type Program, projectProgram } from "../../../driver/program";
import type { ProjectRequest } from "../../../driver/request";

/** The commands that go by what was written down, beside those that write it, with a program that a cloud without machines can bring about. */
const file = join(__dirname, "paper-program.js");
const paper: Program<ProjectRequest> = { ...projectProgram, module: file, export: "paper", sources: [file] };

const program = new Command("deploy4me").showHelpAfterError().enablePositionalOptions();
for (const register of [registerPreview, registerUp, registerDestroy, registerExpire]) register(program, paper);
for (const register of [registerOutputs, registerState, registerSweep, registerExec]) register(program);
void program.parseAsync(process.argv);
