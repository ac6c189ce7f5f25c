import type { Command } from "commander";

import { buildImage } from "../sandbox/hosts/image";
import { home } from "./home";

/** `deploy4me sandbox image`: the file system that every machine of the sandbox starts from. */
export function registerImage(sandbox: Command): void {
  sandbox
    .command("image")
    .description("build the file system of the sandbox's machines, if it is not there yet")
    .action(async () => {
      await buildImage(home().image, (line) => process.stdout.write(`${line}\n`));
    });
}
