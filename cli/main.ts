import { Command } from "commander";

import { registerDemo } from "./demo";
import { registerImage } from "./image";
import { registerSandbox } from "./sandbox";
import { registerClock } from "./sandbox-clock";
import { registerOauth } from "./sandbox-oauth";
import { registerSettings } from "./sandbox-settings";

async function main(): Promise<void> {
  const program = new Command("deploy4me")
    .description("Business software in your own cloud account, each deployment behind its own bastion")
    .showHelpAfterError()
    .enablePositionalOptions();
  const sandbox = registerSandbox(program);
  registerImage(sandbox);
  registerClock(sandbox);
  registerOauth(sandbox);
  registerSettings(sandbox);
  registerDemo(program);
  await program.parseAsync(process.argv);
}

main().catch((error: unknown) => {
  const message = error instanceof Error ? error.message : String(error);
  process.stderr.write(`deploy4me: ${message}\n`);
  if (process.env.DEPLOY4ME_DEBUG !== undefined && error instanceof Error)
    process.stderr.write(`${error.stack ?? ""}\n`);
  process.exitCode = 1;
});
