import { Command } from "commander";

import { registerConnect } from "./connect";
import { registerConnections } from "./connections";
import { registerDemo } from "./demo";
import { registerDisconnect } from "./disconnect";
import { registerDoctor } from "./doctor";
import { registerExec } from "./exec";
import { registerImage } from "./image";
import { registerKeys } from "./keys";
import { registerSandbox } from "./sandbox";
import { registerClock } from "./sandbox-clock";
import { registerOauth } from "./sandbox-oauth";
import { registerSettings } from "./sandbox-settings";
import { registerToken } from "./token";

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
  registerConnect(program);
  registerConnections(program);
  registerDisconnect(program);
  registerExec(program);
  registerDoctor(program);
  registerToken(program);
  registerKeys(program);
  await program.parseAsync(process.argv);
}

main().catch((error: unknown) => {
  const message = error instanceof Error ? error.message : String(error);
  process.stderr.write(`deploy4me: ${message}\n`);
  if (process.env.DEPLOY4ME_DEBUG !== undefined && error instanceof Error)
    process.stderr.write(`${error.stack ?? ""}\n`);
  process.exitCode = 1;
});
