import { closeSync, openSync, readSync, statSync, writeFileSync } from "node:fs";

import { OperationCancelled, OperationTimedOut } from "./errors";
import { parseEngineEvent } from "./events/engine-event";
import { LineFollower } from "./events/event-log";
import type { StepEvent } from "./events/operation-event";
import { TornSteps } from "./events/torn";
import { plain, Translation } from "./events/translation";
import { LeaseLost } from "./lease/errors";
import type { Settings } from "./options";
import {
  DeploymentFailed,
  EngineFailed,
  LimitExceeded,
  ProgramCrashed,
  ProgramHung,
  ProgramUnloadable,
} from "./runner/errors";
import { Run } from "./runner/run";
import type { RunEnd } from "./runner/run-plan";
import type { StateStore } from "./state/state-store";
import { StackNotFound } from "./state/state";
import { hostname } from "node:os";
import { type LeasedWork, nodeOptions, type StackWork } from "./work";

/** What the engine is to do. */
export interface EngineTask {
  /** Its subcommand and options, beside those that every call has. */
  readonly args: readonly string[];
  readonly request: unknown;
  /** Variables from the credentials. */
  readonly credentials: Readonly<Record<string, string>>;
  /** Whether it comes before the operation's own work: nobody is told of its steps. Default: no. */
  readonly beforehand?: boolean;
}

/** What it did. */
export interface EngineOutcome {
  /** How many resources each kind of step was taken on. */
  readonly changes: Readonly<Record<string, number>>;
  /** Every step that ended, but for those that changed nothing. */
  readonly steps: readonly StepEvent[];
  readonly warnings: Translation["warnings"];
}

/**
 * Runs the engine with the program, passes on what happens, and says how it ended.
 * @throws a `DriverError` for everything but success
 */
export async function runEngine(
  settings: Pick<Settings<never>, "engine" | "times" | "memory" | "program">,
  store: StateStore | undefined,
  work: LeasedWork,
  task: EngineTask,
): Promise<EngineOutcome> {
  const { context, directory, redactor, lease, state } = work;
  const { kind, stack, emit } = context;
  const translation = new Translation(redactor, context.started, state.resources.length, kind === "destroy");
  const torn = new TornSteps();
  const steps: StepEvent[] = [];
  const { beforehand = false } = task;
  // The operation's own steps stand alone in its log.
  const eventLog = beforehand ? `${directory.eventLog}.beforehand` : directory.eventLog;
  if (beforehand) writeFileSync(eventLog, "", { mode: 0o600 });
  const follower = new LineFollower(eventLog, (line) => {
    const event = parseEngineEvent(line);
    if (event === undefined) return;
    torn.look(event);
    const translated = translation.translate(event);
    if (translated === undefined || beforehand) return;
    if (translated.kind === "step" && translated.phase !== "begun" && translated.operation !== "same")
      steps.push(translated);
    emit(translated);
  });
  await follower.start();
  if (!beforehand) emit({ kind: "started" });
  let end: RunEnd;
  try {
    end = await Run.through({
      operation: context.id,
      order: {
        kind: "run",
        program: { module: settings.program.module, export: settings.program.export },
        request: task.request,
        graceMs: settings.times.graceMs,
        engine: {
          command: settings.engine.pulumi,
          args: [...task.args, ...usualArguments(stack.stack, eventLog, context.id)],
          environment: { ...task.credentials, ...work.childEnvironment, ...work.engineEnvironment },
          directory: directory.path,
          output: directory.engineOutput,
        },
      },
      directory,
      environment: work.childEnvironment,
      nodeArguments: nodeOptions(settings.memory.limitMb),
      limits: { ...settings.times, memoryMb: settings.memory.limitMb, outputMb: settings.memory.outputMb },
      lease,
      signal: context.signal,
      killed: context.killed,
      onPrinted: (stream, line) => {
        emit({ kind: "output", stream, text: redactor.redact(plain(line)) });
      },
    });
  } finally {
    await follower.finish();
  }
  await removeLockOf(end, store, work);
  if (end.left.length > 0) emit({ kind: "note", message: `processes ${end.left.join(", ")} could not be killed.` });
  await work.unfinished.add(torn.all);
  judge(end, translation, work, settings);
  return { changes: translation.summary ?? {}, steps, warnings: translation.warnings };
}

function usualArguments(stack: string, eventLog: string, operation: string): string[] {
  return [
    ...["--stack", stack],
    ...["--event-log", eventLog],
    ...["--exec-kind", "auto.inline"],
    ...["--message", `deploy4me ${operation}`],
    ...["--non-interactive", "--color", "never", "--suppress-outputs", "--suppress-permalink=true"],
  ];
}

/** An engine that was killed leaves its lock. It is dead: we have seen it. */
async function removeLockOf({ enginePid }: RunEnd, store: StateStore | undefined, work: StackWork): Promise<void> {
  if (enginePid === undefined || store === undefined) return;
  for (const lock of await store.locks(work.context.stack))
    if (lock.pid === enginePid && lock.hostname === hostname()) await store.unlock(lock);
}

function judge(
  end: RunEnd,
  translation: Translation,
  work: StackWork,
  settings: Pick<Settings<never>, "program">,
): void {
  const { context, redactor } = work;
  const { kind, stack } = context;
  const { engine, stop } = end;
  const succeeded = engine?.code === 0;
  // Whoever cancels what is done already, has what was done.
  if (stop !== undefined && !(succeeded && stop.kind === "cancelled")) throw stopped(end, work);
  if (end.unloadable !== undefined)
    throw new ProgramUnloadable(stack, settings.program.module, redactor.redact(end.unloadable));
  if (end.unstartable !== undefined) throw new EngineFailed(kind, stack, "an error", redactor.redact(end.unstartable));
  const [stray] = end.strays;
  if (succeeded && stray !== undefined)
    throw new ProgramCrashed(kind, stack, "an error that nobody waited for", redactor.redact(stray));
  if (succeeded) return;
  if (engine?.code === exitStackNotFound) throw new StackNotFound(stack);
  if (engine?.code === exitCancelled || translation.outcome === "canceled")
    throw new OperationCancelled(kind, stack, "the engine was interrupted", true, false);
  if (translation.errors.length > 0)
    throw new DeploymentFailed(kind, stack, translation.errors, translation.summary ?? {});
  const ended = engine?.signal ?? `exit code ${engine?.code ?? "unknown"}`;
  throw new EngineFailed(kind, stack, ended, redactor.redact(plain(endOf(work.directory.engineOutput))));
}

/** Of the engine's command (`cmdutil.ExitStackNotFound`, `cmdutil.ExitCancelled`, version 3.259.0). */
const exitStackNotFound = 6;
const exitCancelled = 8;

function stopped({ stop, child, killed, enginePid, lastWords }: RunEnd, { context, redactor }: StackWork): Error {
  const { kind, stack } = context;
  switch (stop?.kind) {
    case "cancelled":
      return new OperationCancelled(kind, stack, stop.reason, enginePid !== undefined, killed);
    case "lease":
      return new LeaseLost(stack, stop.why);
    case "deadline":
      return new OperationTimedOut(kind, stack, stop.ms);
    case "hung":
      return new ProgramHung(kind, stack, stop.ms);
    case "memory":
      return new LimitExceeded(kind, stack, "memory", stop.limitMb);
    case "output":
      return new LimitExceeded(kind, stack, "output", stop.mb);
    default: {
      const words = redactor.redact(plain(lastWords));
      const how = child.signal ?? `exit code ${child.code ?? "unknown"}`;
      return new ProgramCrashed(kind, stack, words.includes(outOfMemory) ? "out of memory" : how, words.slice(-1_000));
    }
  }
}

/** V8's words when its heap is full; it ends the process itself. */
const outOfMemory = "JavaScript heap out of memory";

function endOf(file: string): string {
  const size = statSync(file).size;
  const buffer = Buffer.alloc(Math.min(size, 4_000));
  const handle = openSync(file, "r");
  try {
    readSync(handle, buffer, 0, buffer.length, size - buffer.length);
  } finally {
    closeSync(handle);
  }
  return buffer.toString();
}
