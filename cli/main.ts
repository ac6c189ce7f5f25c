import "./compile-cache";

import { Command } from "commander";

/** Adds a command to the program. */
type Register = (program: Command) => Promise<void>;

/**
 * Where each command is made. Only the one that is asked for is loaded: all of them take longer to load than a short one
 * takes to do its work.
 */
const commands: Readonly<Record<string, Register>> = {
  sandbox: async (program) => {
    const sandbox = (await import("./sandbox.js")).registerSandbox(program);
    (await import("./image.js")).registerImage(sandbox);
    (await import("./sandbox-clock.js")).registerClock(sandbox);
    (await import("./sandbox-oauth.js")).registerOauth(sandbox);
    (await import("./sandbox-settings.js")).registerSettings(sandbox);
  },
  demo: async (program) => {
    (await import("./demo.js")).registerDemo(program);
  },
  preview: async (program) => {
    (await import("./project/deploying.js")).registerPreview(program);
  },
  up: async (program) => {
    (await import("./project/deploying.js")).registerUp(program);
  },
  refresh: async (program) => {
    (await import("./project/refreshing.js")).registerRefresh(program);
  },
  destroy: async (program) => {
    (await import("./project/removing.js")).registerDestroy(program);
  },
  expire: async (program) => {
    (await import("./project/expiring.js")).registerExpire(program);
  },
  sweep: async (program) => {
    (await import("./project/sweeping.js")).registerSweep(program);
  },
  outputs: async (program) => {
    (await import("./project/looking.js")).registerOutputs(program);
  },
  history: async (program) => {
    (await import("./project/looking.js")).registerHistory(program);
  },
  estimate: async (program) => {
    (await import("./project/looking.js")).registerEstimate(program);
  },
  cancel: async (program) => {
    (await import("./project/cancelling.js")).registerCancel(program);
  },
  state: async (program) => {
    (await import("./project/state.js")).registerState(program);
  },
  schema: async (program) => {
    (await import("./project/schema.js")).registerSchema(program);
  },
  connect: async (program) => {
    (await import("./connect.js")).registerConnect(program);
  },
  connections: async (program) => {
    (await import("./connections.js")).registerConnections(program);
  },
  disconnect: async (program) => {
    (await import("./disconnect.js")).registerDisconnect(program);
  },
  exec: async (program) => {
    (await import("./exec.js")).registerExec(program);
  },
  doctor: async (program) => {
    (await import("./doctor.js")).registerDoctor(program);
  },
  token: async (program) => {
    (await import("./token.js")).registerToken(program);
  },
  keys: async (program) => {
    (await import("./keys.js")).registerKeys(program);
  },
};

async function main(): Promise<void> {
  const program = new Command("deploy4me")
    .description("Business software in your own cloud account, each deployment behind its own bastion")
    .showHelpAfterError()
    .enablePositionalOptions();
  const [, , name = ""] = process.argv;
  // Help, and the guess at what was meant, need all of them.
  const registers = Object.hasOwn(commands, name) ? [commands[name]] : Object.values(commands);
  for (const register of registers) await register?.(program);
  await program.parseAsync(process.argv);
}

main().catch((error: unknown) => {
  const message = error instanceof Error ? error.message : String(error);
  process.stderr.write(`deploy4me: ${message}\n`);
  if (process.env.DEPLOY4ME_DEBUG !== undefined && error instanceof Error)
    process.stderr.write(`${error.stack ?? ""}\n`);
  process.exitCode = 1;
});
