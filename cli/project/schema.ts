import type { Command } from "commander";

import { loadCatalogue } from "../../catalogue/loader";
import { requestJsonSchema } from "../../driver/request";
import { projectCommand } from "./options";

/** `deploy4me schema`. */
export function registerSchema(program: Command): void {
  projectCommand(program, "schema")
    .description("print the JSON Schema of a project's file, with which editors complete and check it")
    .action(() => {
      process.stdout.write(`${JSON.stringify(requestJsonSchema(loadCatalogue()), undefined, 2)}\n`);
    });
}
