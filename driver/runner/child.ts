import "../../programs/lean";

import { type ChildProcess, spawn } from "node:child_process";
import { openSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";

import { Server, ServerCredentials, type ServiceDefinition, type UntypedServiceImplementation } from "@grpc/grpc-js";
import * as log from "@pulumi/pulumi/log";

import { processesOf, signalProcess } from "./processes";
import { beatMs, type FromChild, type RunOrder, type ToChild } from "./protocol";

/**
 * The process of one operation: it holds the program, and starts the engine, which asks it to run it. It ends with the
 * engine. When the driver is gone it lets the engine stop, and leaves nothing behind.
 *
 * It stands on the server that the Automation API has for inline programs. `Stack.up` around that would start the engine
 * five more times, to ask for its version, to select the stack and to read back what the events have said already.
 */
const driver = process.send?.bind(process);

function say(message: FromChild): void {
  if (process.connected) driver?.(message);
}

/** The last words, and the end. */
function leave(code: number, message: FromChild): void {
  process.exitCode = code;
  if (!process.connected || driver === undefined) process.exit();
  driver(message, undefined, undefined, () => process.exit());
}

async function run(order: RunOrder): Promise<void> {
  const server = await serve(order);
  if (server === undefined) return;
  const { command, args, environment, directory, output } = order.engine;
  const file = openSync(output, "a", 0o600);
  const engine = spawn(command, [...args, `--client=127.0.0.1:${server.port}`], {
    cwd: directory,
    env: { ...environment },
    stdio: ["ignore", file, file],
  });
  if (engine.pid !== undefined) say({ kind: "engine", pid: engine.pid });
  endWithTheDriver(engine, order.graceMs);
  engine.once("error", ({ message }) => {
    leave(1, { kind: "unstartable", message });
  });
  engine.once("exit", (code, signal) => {
    leave(0, { kind: "ended", code, signal });
  });
}

interface ProgramServer {
  readonly port: number;
}

/** Loads the program and offers it to the engine. */
async function serve({ program, request }: RunOrder): Promise<ProgramServer | undefined> {
  let prepared: () => Promise<unknown>;
  try {
    prepared = await loaded(program, request);
  } catch (error) {
    leave(1, { kind: "unloadable", message: wordsOf(error) });
    return undefined;
  }
  const server = new Server({ "grpc.max_receive_message_length": largestMessage });
  // Neither is declared, and both are what `Stack.up` stands on.
  const require = createRequire(__filename);
  const { LanguageServer } = require("@pulumi/pulumi/automation/server") as AutomationServer;
  const { LanguageRuntimeService } = require("@pulumi/pulumi/proto/language_grpc_pb") as Protocol;
  server.addService(LanguageRuntimeService, new LanguageServer(prepared));
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (error, bound) => {
      if (error === null) resolve(bound);
      else reject(error);
    });
  });
  return { port };
}

/** As the SDK has it for all its servers (`grpcChannelOptions`): 400 MB. */
const largestMessage = 1024 * 1024 * 400;

interface AutomationServer {
  readonly LanguageServer: new (program: () => Promise<unknown>) => UntypedServiceImplementation;
}

interface Protocol {
  readonly LanguageRuntimeService: ServiceDefinition;
}

/** The module's function is given the request and answers the program. */
async function loaded(program: RunOrder["program"], request: unknown): Promise<() => Promise<unknown>> {
  const module = (await import(program.module)) as Record<string, unknown>;
  const made = module[program.export] ?? (module.default as Record<string, unknown> | undefined)?.[program.export];
  if (typeof made !== "function") throw new Error(`${program.module} has no function called ${program.export}`);
  const result: unknown = await (made as (request: unknown) => unknown)(request);
  if (typeof result !== "function") throw new Error(`${program.export} of ${program.module} answers no program`);
  return result as () => Promise<unknown>;
}

/**
 * The SDK tells the engine, call by call, what it does, with every property as it is: secrets would stand in the event
 * log, and with 500 resources it takes a sixth of the time.
 */
function tellNoDetails(): void {
  (log as { debug: typeof log.debug }).debug = () => Promise.resolve();
}

/** Without the driver nobody watches over the operation, nor keeps its lease. */
function endWithTheDriver(engine: ChildProcess, graceMs: number): void {
  process.removeAllListeners("disconnect");
  process.once("disconnect", () => {
    engine.kill("SIGINT");
    setTimeout(() => {
      killAll();
    }, graceMs);
  });
}

function killAll(): never {
  for (const pid of processesOf(process.env.DEPLOY4ME_OPERATION ?? "", process.pid)) signalProcess(pid, "SIGKILL");
  process.exit(1);
}

let fence: NodeJS.Timeout | undefined;

/** A driver that is frozen keeps no lease either: by its end everything is dead. */
function setFence(ms: number): void {
  clearTimeout(fence);
  fence = setTimeout(() => {
    // When this process stood still itself, what was said meanwhile is heard first.
    fence = setTimeout(killAll, 200);
    fence.unref();
  }, ms);
  fence.unref();
}

function wordsOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

// When memory runs out, the kernel takes an operation and not who drives it.
try {
  writeFileSync("/proc/self/oom_score_adj", "500");
} catch {
  // Not everywhere may it be changed.
}
tellNoDetails();
// Those of the program while it runs are the SDK's to report; what comes from it later would end this process unseen.
for (const event of ["uncaughtException", "unhandledRejection"] as const)
  process.on(event, (error: unknown) => {
    say({ kind: "stray", message: wordsOf(error) });
  });
process.on("SIGINT", () => {
  say({ kind: "interrupted" });
});
setInterval(() => {
  say({ kind: "beat" });
}, beatMs).unref();
process.on("message", (message: ToChild) => {
  if (message.kind === "fence") setFence(message.ms);
  else
    run(message).catch((error: unknown) => {
      leave(1, { kind: "unloadable", message: wordsOf(error) });
    });
});
// The driver died before it said what to do.
process.once("disconnect", () => process.exit(1));
