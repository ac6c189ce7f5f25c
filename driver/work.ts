import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";

import { OperationCancelled } from "./errors";
import { type EngineEvent, parseEngineEvent } from "./events/engine-event";
import { TornSteps } from "./events/torn";
import { Redactor } from "./events/redact";
import type { Lease } from "./lease/lease";
import type { OperationContext } from "./operation";
import type { Settings } from "./options";
import type { Admission } from "./runner/admission";
import { EngineCli } from "./runner/cli";
import { EngineFailed } from "./runner/errors";
import { childEnvironment, engineVariables } from "./runner/environment";
import { killOperation, processesOf } from "./runner/processes";
import {
  eventLogOf,
  makeWorkDirectory,
  removeWorkDirectory,
  type WorkDirectory,
  writeSettings,
} from "./runner/work-directory";
import { breakDeadLocks } from "./state/lock-breaking";
import { StackNotFound, type StackState, StateUnreadable } from "./state/state";
import type { StateSource } from "./state/source";
import { Unfinished } from "./unfinished";

/** What an operation needs before its own work begins. */
export interface Needs {
  /** It starts the engine with a program, so there has to be memory for that. */
  readonly program: boolean;
  /** A stack that is not there is made. */
  readonly creates: boolean;
  /** What the state is to be replaced by: then it does not matter whether the present one can be read. */
  readonly replacement?: StackState;
}

/** What an operation's own work is done with. */
export interface StackWork {
  readonly context: OperationContext;
  /** As it was at the beginning. */
  readonly state: StackState;
  /** Whether it could not be read; then `state` is what it is to be replaced by. */
  readonly damaged: boolean;
  readonly directory: WorkDirectory;
  readonly cli: EngineCli;
  readonly redactor: Redactor;
  /** For the program's process, and for the engine together with {@link engineEnvironment}. */
  readonly childEnvironment: Readonly<Record<string, string>>;
  readonly engineEnvironment: Readonly<Record<string, string>>;
  /** The state as it is now. */
  readonly readState: () => Promise<StackState | undefined>;
}

/** The same while the stack's lease is held. */
export interface LeasedWork extends StackWork {
  readonly lease: Lease;
  /** What is in flight beside what the state says. */
  readonly unfinished: Unfinished;
}

/** What all operations of a driver share. */
export interface Shared {
  readonly settings: Settings<never>;
  readonly states: StateSource;
  readonly admission: Admission;
}

/**
 * Does something with a stack: nobody else does meanwhile, what a dead operation left is cleared away before, and nothing
 * is left after.
 * @throws OperationCancelled when the signal is aborted before anything was started
 */
export async function onStack<Result>(
  shared: Shared,
  context: OperationContext,
  needs: Needs,
  work: (work: LeasedWork) => Promise<Result>,
): Promise<Result> {
  const { kind, stack, signal, id } = context;
  const { leases } = shared.settings;
  const lease = await untilCancelled(context, leases.acquire({ stack, operation: id, kind }, signal));
  try {
    const leave = needs.program ? await untilCancelled(context, admitted(shared, context)) : undefined;
    try {
      const unfinished = new Unfinished(lease);
      await clearAway(shared, context, lease, unfinished);
      const leased = (inner: StackWork): Promise<Result> => work({ ...inner, lease, unfinished });
      return await untilCancelled(context, inDirectory(shared, context, needs, leased));
    } finally {
      leave?.();
    }
  } finally {
    await lease.release();
  }
}

/** Looks at a stack, whoever works on it meanwhile: it sees the state before or after a step of theirs. */
export function besideStack<Result>(
  shared: Shared,
  context: OperationContext,
  work: (work: StackWork) => Promise<Result>,
): Promise<Result> {
  return untilCancelled(context, inDirectory(shared, context, { creates: false }, work));
}

async function untilCancelled<Value>({ kind, stack, signal }: OperationContext, step: Promise<Value>): Promise<Value> {
  try {
    return await step;
  } catch (error) {
    if (signal.aborted && error === signal.reason)
      throw new OperationCancelled(kind, stack, String(signal.reason), false, false);
    throw error;
  }
}

function admitted({ settings, admission }: Shared, { signal, emit }: OperationContext): Promise<() => void> {
  return admission.enter(settings.memory.stackMb, signal, (ahead) => {
    emit({ kind: "queued", ahead });
  });
}

/** What a dead operation left behind: processes, its folder, the engine's lock, and what it had not finished. */
async function clearAway(
  { settings, states }: Shared,
  context: OperationContext,
  { previous }: Lease,
  unfinished: Unfinished,
): Promise<void> {
  if (previous !== undefined) {
    context.emit({
      kind: "note",
      message: `the last operation (${previous.kind}) died before it was done: what it left is cleared away.`,
    });
    // Its engine may be stopping in good order, now that its driver is gone.
    const patience = performance.now() + settings.times.graceMs + 1_000;
    while (processesOf(previous.operation).length > 0 && performance.now() < patience) await pause(50);
    await killOperation(previous.operation);
    const torn = new TornSteps();
    for (const event of eventsOf(settings.runs, previous.operation)) torn.look(event);
    await unfinished.add(torn.all);
    removeWorkDirectory(settings.runs, previous.operation);
  }
  if (states.store === undefined) return;
  await states.store.clearTorn(context.stack);
  const broken = await breakDeadLocks(states.store, context.stack, previous?.owner);
  for (const { pid } of broken)
    context.emit({ kind: "note", message: `the engine's lock of process ${pid}, which is dead, was removed.` });
}

function eventsOf(runs: string, operation: string): readonly EngineEvent[] {
  const file = eventLogOf(runs, operation);
  if (!existsSync(file)) return [];
  return readFileSync(file, "utf8")
    .split("\n")
    .flatMap((line) => parseEngineEvent(line) ?? []);
}

async function inDirectory<Result>(
  { settings, states }: Shared,
  context: OperationContext,
  { creates, replacement }: Omit<Needs, "program">,
  work: (work: StackWork) => Promise<Result>,
): Promise<Result> {
  const { stack, signal, id } = context;
  signal.throwIfAborted();
  const { engine, secrets, backend, runs, times } = settings;
  const redactor = new Redactor(context.secrets);
  try {
    const directory = makeWorkDirectory(runs, id, stack, engine);
    const child = childEnvironment(
      {
        directory: directory.path,
        operation: id,
        path: [dirname(engine.pulumi), dirname(process.execPath)],
        nodeOptions: nodeOptions(settings.memory.limitMb).join(" "),
      },
      process.env,
    );
    if (secrets.kind === "passphrase") redactor.learn(readFileSync(secrets.file, "utf8").trim());
    const engineEnvironment = engineVariables({
      directory: directory.path,
      backendUrl: backend.url,
      extra: settings.backendEnvironment,
      ...(secrets.kind === "passphrase" ? { passphraseFile: secrets.file } : {}),
      ...passwordFileIn(directory, backend.postgres?.passwordLine),
    });
    for (const value of Object.values(settings.backendEnvironment)) redactor.learn(value);
    const environment = { ...child, ...engineEnvironment };
    const cli = new EngineCli(engine.pulumi, directory.path, environment, stack, redactor, times.callMs);
    const readState = (): Promise<StackState | undefined> => states.read(stack, cli);
    let state: StackState | undefined;
    let damaged = false;
    try {
      state = await readState();
      if (state === undefined && creates) {
        await makeStack(cli, stack.stack, settings);
        state = await readState();
      }
    } catch (error) {
      if (replacement === undefined || !(error instanceof StateUnreadable)) throw error;
      damaged = true;
      state = replacement;
    }
    if (state === undefined) throw new StackNotFound(stack);
    writeSettings(directory, replacement ?? state);
    return await work({
      context,
      state,
      damaged,
      directory,
      cli,
      redactor,
      childEnvironment: child,
      engineEnvironment,
      readState,
    });
  } finally {
    removeWorkDirectory(runs, id);
  }
}

/** For every Node of an operation. Small young generations: with 500 resources it takes the same time and 15 MB less. */
export function nodeOptions(limitMb: number): readonly string[] {
  return ["--max-semi-space-size=1", `--max-old-space-size=${Math.max(64, Math.floor(limitMb / 2))}`];
}

async function makeStack(cli: EngineCli, stack: string, { secrets }: Settings<never>): Promise<void> {
  const provider = secrets.kind === "key-service" ? ["--secrets-provider", secrets.url] : [];
  const args = ["stack", "init", "--stack", stack, "--no-select", ...provider];
  for (let attempt = 1; ; attempt++) {
    try {
      await cli.run({ args });
      return;
    } catch (error) {
      // In an empty database the engine makes its table, and of two that do so at once PostgreSQL fails one.
      if (attempt === 5 || !(error instanceof EngineFailed) || !error.said.includes("failed to create table"))
        throw error;
      await pause(100 * attempt);
    }
  }
}

function passwordFileIn(directory: WorkDirectory, line: string | undefined): { postgresPasswordFile?: string } {
  if (line === undefined) return {};
  const file = join(directory.path, "pgpass");
  writeFileSync(file, line, { mode: 0o600 });
  return { postgresPasswordFile: file };
}
