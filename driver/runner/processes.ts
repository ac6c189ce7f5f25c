import { readdirSync, readFileSync } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";

/** In the environment of every process of an operation: its id. By it they are found, whoever their parent is by now. */
export const operationVariable = "DEPLOY4ME_OPERATION";

/** A process that runs, from `/proc/<pid>/stat` (proc(5)). */
interface ProcessRecord {
  readonly pid: number;
  readonly session: number;
}

/** How long one look at all processes serves everybody who asks. */
const lookMs = 400;
let lastLook: { readonly at: number; readonly records: readonly ProcessRecord[] } | undefined;

/** Memory of a session's processes that is theirs alone, in MB: without the programs' own text, which all share. */
export function memoryOf(session: number): number {
  if (lastLook === undefined || performance.now() - lastLook.at > lookMs)
    lastLook = { at: performance.now(), records: running() };
  let pages = 0;
  for (const record of lastLook.records) {
    if (record.session !== session) continue;
    const [, resident = 0, shared = 0] = textOf(`/proc/${record.pid}/statm`).split(" ").map(Number);
    pages += resident - shared;
  }
  return (pages * pageBytes) / (1 << 20);
}

/** Of the machines we run on; with larger pages the figure would be too small, and the limit of a stack too wide. */
const pageBytes = 4096;

/**
 * The processes of an operation: those of its session, and those that carry its mark wherever they went.
 * @param session of the operation's own process, when it is known
 */
export function processesOf(operation: string, session?: number): number[] {
  const mark = Buffer.from(`${operationVariable}=${operation}`);
  return running()
    .filter((one) => one.pid !== process.pid && (one.session === session || isMarked(one.pid, mark)))
    .map(({ pid }) => pid);
}

/**
 * Kills what is left of an operation, and waits until it is gone.
 * @returns who could not be killed in time
 */
export async function killOperation(operation: string, session?: number, withinMs = 5_000): Promise<number[]> {
  const deadline = performance.now() + withinMs;
  for (;;) {
    const left = processesOf(operation, session);
    if (left.length === 0 || performance.now() > deadline) return left;
    for (const pid of left) signalProcess(pid, "SIGKILL");
    await pause(15);
  }
}

/**
 * Asks an operation of whatever process on this machine to stop.
 * @returns whether it runs here and may be told
 */
export function interruptOperation(operation: string): boolean {
  // Its own process leads the session.
  const leader = processesOf(operation).find((pid) => recordOf(pid)?.session === pid);
  return leader !== undefined && signalProcess(leader, "SIGINT");
}

/** @returns whether there was one to be signalled */
export function signalProcess(pid: number, signal: NodeJS.Signals): boolean {
  try {
    process.kill(pid, signal);
    return true;
  } catch {
    return false;
  }
}

export function isInSession(pid: number, session: number): boolean {
  return recordOf(pid)?.session === session;
}

function running(): ProcessRecord[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => recordOf(Number(name)) ?? []);
}

/** @returns nothing when it is gone, or only its exit status is left */
function recordOf(pid: number): ProcessRecord | undefined {
  const stat = textOf(`/proc/${pid}/stat`);
  // The name in parentheses may hold anything.
  const [state, , , session] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  if (state === undefined || state === "" || state === "Z" || state === "X") return undefined;
  return { pid, session: Number(session) };
}

function isMarked(pid: number, mark: Buffer): boolean {
  try {
    return readFileSync(`/proc/${pid}/environ`).includes(mark);
  } catch {
    return false;
  }
}

function textOf(file: string): string {
  try {
    return readFileSync(file, "latin1");
  } catch {
    return "";
  }
}
