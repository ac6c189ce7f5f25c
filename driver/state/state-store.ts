import { z } from "zod";

import type { StackId } from "../stack-id";

/** A lock of the engine's, as it lies in a self-managed backend (`lockContent` in its `backend/diy/lock.go`). */
export interface BackendLock {
  /** Names it for {@link StateStore.unlock}. */
  readonly key: string;
  readonly pid: number;
  readonly hostname: string;
  readonly username: string;
  /** When it was taken, in milliseconds since 1970. */
  readonly at: number;
}

/**
 * Looks into the engine's backend without starting the engine, which takes 0.2 s and 100 MB each time. It reads, and
 * removes locks; only the engine writes state.
 */
export interface StateStore {
  /** @returns the state as an export has it, or nothing when there is no such stack */
  read(stack: StackId): Promise<string | undefined>;
  /** What lies there, whatever it is. */
  raw(stack: StackId): Promise<string | undefined>;
  /** All stacks there are, of all projects. */
  list(): Promise<readonly StackId[]>;
  locks(stack: StackId): Promise<readonly BackendLock[]>;
  /** Nothing when it is gone already. */
  unlock(lock: BackendLock): Promise<void>;
  /** Removes what an engine that died while it wrote left beside the state, and what keeps the next from reading it. */
  clearTorn(stack: StackId): Promise<void>;
  close(): Promise<void>;
}

export const stackFile = ({ project, stack }: StackId): string => `.pulumi/stacks/${project}/${stack}.json`;
export const stacksFolder = ".pulumi/stacks/";
export const historyFolder = ({ project, stack }: StackId): string => `.pulumi/history/${project}/${stack}/`;
export const lockFolder = ({ project, stack }: StackId): string => `.pulumi/locks/organization/${project}/${stack}/`;

/**
 * The stack whose state is at a path below {@link stacksFolder}; nothing for what lies beside states.
 * @param path `project/stack.json`, also compressed
 */
export function stackAt(path: string): StackId | undefined {
  const [, project, stack] = /^([^/]+)\/([^/]+?)\.json(?:\.gz|\.zst)?$/.exec(path) ?? [];
  return project === undefined || stack === undefined ? undefined : { project, stack };
}

const checkpoint = z.looseObject({
  version: z.number(),
  features: z.array(z.string()).optional(),
  checkpoint: z.looseObject({ latest: z.looseObject({}).nullish() }),
});

/**
 * A backend keeps checkpoints; an export is the newest deployment in it.
 * @throws when it is no checkpoint
 */
export function exportOfCheckpoint(text: string): string | undefined {
  const { version, features, checkpoint: kept } = checkpoint.parse(JSON.parse(text));
  if (kept.latest === undefined || kept.latest === null) return undefined;
  return JSON.stringify({ version, ...(features === undefined ? {} : { features }), deployment: kept.latest });
}

const lock = z.object({ pid: z.int(), username: z.string(), hostname: z.string(), timestamp: z.string() });

/** @returns a lock of process 0, which nobody is, when it is not one of the engine's or only half written */
export function parseLock(key: string, text: string): BackendLock {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    value = undefined;
  }
  const { data } = lock.safeParse(value);
  if (data === undefined) return { key, pid: 0, hostname: "", username: "", at: 0 };
  const { pid, hostname, username, timestamp } = data;
  return { key, pid, hostname, username, at: Date.parse(timestamp) };
}
