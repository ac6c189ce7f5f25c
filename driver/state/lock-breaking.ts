import { readFileSync } from "node:fs";
import { hostname } from "node:os";

import { DriverError } from "../errors";
import { type Owner, startOf } from "../lease/owner";
import { nameOf, type StackId } from "../stack-id";
import type { BackendLock, StateStore } from "./state-store";

/** Somebody works on the stack without the driver, or did and can't be proven dead. */
export class BackendLocked extends DriverError {
  override readonly name = "BackendLocked";
  readonly code = "BACKEND_LOCKED";

  constructor(
    readonly stackId: StackId,
    readonly locks: readonly BackendLock[],
  ) {
    const owners = locks.map(({ pid, username, hostname: host, at }) =>
      pid === 0 ? "somebody unknown" : `${username}@${host}, process ${pid}, since ${new Date(at).toISOString()}`,
    );
    super(
      `the engine's lock of ${nameOf(stackId)} is held by ${owners.join(" and ")}. Wait until that has ended; ` +
        `when it is certain that it has died there, run \`pulumi cancel --stack ${stackId.stack}\`.`,
    );
  }
}

/**
 * Breaks the engine's locks whose owners are proven dead. The stack's lease is held, so none of them is an operation of a
 * driver's that lives.
 * @param previous whose lease was taken over: it is dead, wherever it was
 * @returns those that were broken
 * @throws BackendLocked when one may live
 */
export async function breakDeadLocks(
  store: StateStore,
  stack: StackId,
  previous: Owner | undefined,
): Promise<readonly BackendLock[]> {
  const locks = await store.locks(stack);
  const living = locks.filter((lock) => !isDead(lock, previous));
  if (living.length > 0) throw new BackendLocked(stack, living);
  for (const lock of locks) await store.unlock(lock);
  return locks;
}

/**
 * A lock names a process and a host. On this host we look; of another one only those are known to be dead whose lease ran
 * out, because an operation ends itself before its lease does.
 */
export function isDead({ pid, hostname: host, at }: BackendLock, previous: Owner | undefined): boolean {
  if (pid <= 0) return false;
  if (host !== hostname()) return previous?.hostname === host;
  const ticks = startOf(pid);
  if (ticks === undefined) return true;
  const boot = bootedAt();
  // Another process has got its number meanwhile. The clock is read in seconds.
  return boot !== undefined && boot + (Number(ticks) / ticksPerSecond) * 1000 > at + 2_000;
}

/** `USER_HZ`: 100 on every architecture Node runs on under Linux. */
const ticksPerSecond = 100;

function bootedAt(): number | undefined {
  try {
    const [, seconds] = /^btime (\d+)$/m.exec(readFileSync("/proc/stat", "utf8")) ?? [];
    return seconds === undefined ? undefined : Number(seconds) * 1000;
  } catch {
    return undefined;
  }
}
