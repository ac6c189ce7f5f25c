import { join } from "node:path";

import { Command } from "commander";

import { registerConnect } from "../../../cli/connect";
import { registerCancel } from "../../../cli/project/cancelling";
import { registerPreview, registerUp } from "../../../cli/project/deploying";
import { registerEstimate, registerHistory, registerOutputs } from "../../../cli/project/looking";
import { registerRefresh } from "../../../cli/project/refreshing";
import { registerDestroy } from "../../../cli/project/removing";
import { registerState } from "../../../cli/project/state";
import { type Program, projectProgram } from "../../../driver/program";
import type { ProjectRequest } from "../../../driver/request";

/** The command with a program that moto alone can bring about, without machines; everything else is as it is shipped. */
const file = join(__dirname, "paper-aws-program.js");
const paper: Program<ProjectRequest> = { ...projectProgram, module: file, export: "paper", sources: [file] };

const program = new Command("deploy4me").showHelpAfterError().enablePositionalOptions();
for (const register of [registerPreview, registerUp, registerRefresh, registerDestroy]) register(program, paper);
for (const register of [registerOutputs, registerHistory, registerEstimate, registerCancel, registerState])
  register(program);
registerConnect(program);
void program.parseAsync(process.argv);
