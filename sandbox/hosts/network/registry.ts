import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, readdir, readFile, realpath, rename, rm, rmdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";

import { sandboxCount } from "./addresses";
import { HelperFailed, NetworkInUse, NoSandboxFree } from "./errors";

/**
 * Which sandbox of this machine has which index. An index stays with a directory as long as the directory is there,
 * because the machines on its disks have addresses that follow from it; it is given away before that only when all
 * others are taken.
 */
const registryDirectory = "/run/deploy4me/network";

/** What is locked while the registry changes: something that is always there, so that no file of ours has to stay. */
const lockedPlace = "/run";

/** The file by which a directory remembers its index, even when the machine was restarted since. */
const memory = "network.json";

interface Claim {
  readonly index: number;
  readonly directory: string;
  /** The process that has the sandbox open. Its start time tells it from a later process with the same number. */
  readonly owner?: { readonly pid: number; readonly started: string };
}

/** Folder for what a sandbox's network needs while it is open. */
export function runDirectory(index: number): string {
  return join(registryDirectory, String(index));
}

/**
 * Takes an index for the sandbox in a directory.
 * @param unusable why an index's addresses can't be used on this machine, or undefined when they can
 * @throws NetworkInUse when another process has this sandbox open
 * @throws NoSandboxFree
 */
export async function claimIndex(directory: string, unusable: (index: number) => string | undefined): Promise<number> {
  await mkdir(directory, { recursive: true });
  const place = await realpath(directory);
  const index = await locked(async () => {
    const claims = await readClaims();
    const own = claims.find((claim) => claim.directory === place);
    const holder = own && (await liveOwner(own));
    if (holder !== undefined) throw new NetworkInUse(place, holder);
    const chosen = await choose(claims, own?.index ?? (await remembered(place)), place, unusable);
    if (own !== undefined && own.index !== chosen) await rm(claimFile(own.index), { force: true });
    await writeClaim({
      index: chosen,
      directory: place,
      owner: { pid: process.pid, started: (await startOf(process.pid)) ?? "" },
    });
    return chosen;
  });
  await writeFile(join(place, memory), `${JSON.stringify({ index })}\n`);
  return index;
}

/** Says that nobody has the sandbox open any more; its index stays with its directory. */
export async function closeIndex(index: number): Promise<void> {
  await locked(async () => {
    const claim = (await readClaims()).find((candidate) => candidate.index === index);
    if (claim?.owner?.pid === process.pid) await writeClaim({ index, directory: claim.directory });
  });
}

/**
 * Gives a directory's index back.
 * @returns the index, or undefined when the directory had none
 * @throws NetworkInUse when a process has this sandbox open
 */
export async function forgetIndex(
  directory: string,
  sweep: (index: number) => Promise<void>,
): Promise<number | undefined> {
  const place = existsSync(directory) ? await realpath(directory) : directory;
  return locked(async () => {
    const claim = (await readClaims()).find((candidate) => candidate.directory === place);
    await rm(join(place, memory), { force: true });
    if (claim === undefined) return undefined;
    const holder = await liveOwner(claim);
    if (holder !== undefined) throw new NetworkInUse(place, holder);
    await sweep(claim.index);
    await rm(claimFile(claim.index), { force: true });
    return claim.index;
  });
}

/** The own index of old, then one nobody has, then one whose directory is gone, then one that is not open. */
async function choose(
  claims: readonly Claim[],
  old: number | undefined,
  place: string,
  unusable: (index: number) => string | undefined,
): Promise<number> {
  const reasons: string[] = [];
  const ranked: { index: number; rank: number }[] = [];
  for (let index = 0; index < sandboxCount; index++) {
    const claim = claims.find((candidate) => candidate.index === index);
    const holder = claim && (await liveOwner(claim));
    const reason =
      holder === undefined ? unusable(index) : `the sandbox in ${claim?.directory ?? ""} has number ${index}`;
    if (reason !== undefined) {
      reasons.push(reason);
      continue;
    }
    const free = claim === undefined || claim.directory === place;
    ranked.push({ index, rank: free ? (index === old ? 0 : 1) : existsSync(claim.directory) ? 3 : 2 });
  }
  const best = ranked.sort((a, b) => a.rank - b.rank || a.index - b.index)[0];
  if (best === undefined) throw new NoSandboxFree(reasons);
  return best.index;
}

async function readClaims(): Promise<Claim[]> {
  const files = (await readdir(registryDirectory)).filter((file) => /^\d+\.json$/.test(file));
  const claims = await Promise.all(files.map((file) => readClaim(join(registryDirectory, file))));
  return claims.filter((claim) => claim !== undefined);
}

/** @returns undefined when the file is gone, or was cut off when the machine lost its power */
async function readClaim(file: string): Promise<Claim | undefined> {
  const value = await readJson(file);
  if (!isRecord(value) || typeof value.index !== "number" || typeof value.directory !== "string") return undefined;
  const { index, directory, owner } = value;
  if (!isRecord(owner) || typeof owner.pid !== "number" || typeof owner.started !== "string")
    return { index, directory };
  return { index, directory, owner: { pid: owner.pid, started: owner.started } };
}

async function remembered(directory: string): Promise<number | undefined> {
  const value = await readJson(join(directory, memory));
  return isRecord(value) && typeof value.index === "number" ? value.index : undefined;
}

async function readJson(file: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(file, "utf8"));
  } catch {
    return undefined;
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}

async function writeClaim(claim: Claim): Promise<void> {
  const file = claimFile(claim.index);
  await writeFile(`${file}.new`, `${JSON.stringify(claim)}\n`);
  await rename(`${file}.new`, file);
}

function claimFile(index: number): string {
  return join(registryDirectory, `${index}.json`);
}

/** @returns the process that has the sandbox open, if it still lives */
async function liveOwner({ owner }: Claim): Promise<number | undefined> {
  return owner !== undefined && (await startOf(owner.pid)) === owner.started ? owner.pid : undefined;
}

/** When a process was started, in the kernel's ticks; undefined when there is none. */
async function startOf(pid: number): Promise<string | undefined> {
  try {
    const stat = await readFile(`/proc/${pid}/stat`, "utf8");
    // The program's name, in brackets, may hold spaces; the start time is the 22nd field of the line.
    return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19];
  } catch {
    return undefined;
  }
}

async function removeWhenEmpty(directory: string): Promise<void> {
  await rmdir(directory).catch(() => undefined);
}

/** Does something while no other process on this machine does. A lock whose holder was killed is free at once. */
async function locked<T>(work: () => Promise<T>): Promise<T> {
  const holder = spawn("flock", ["--timeout", "60", lockedPlace, "sh", "-c", "echo locked; exec cat"], {
    stdio: ["pipe", "pipe", "ignore"],
  });
  const ended = new Promise<void>((resolve) =>
    holder.once("close", () => {
      resolve();
    }),
  );
  try {
    await new Promise<void>((resolve, reject) => {
      holder.once("error", (error) => {
        reject(new HelperFailed("The lock", "could not be taken: flock can't be run", { cause: error }));
      });
      holder.once("close", () => {
        reject(new HelperFailed("The lock", "is held by another process for more than 60 s"));
      });
      holder.stdout.once("data", () => {
        resolve();
      });
    });
    await mkdir(registryDirectory, { recursive: true });
    return await work();
  } finally {
    await removeWhenEmpty(registryDirectory);
    await removeWhenEmpty(dirname(registryDirectory));
    holder.stdin.on("error", () => undefined);
    holder.stdin.end();
    if (holder.pid !== undefined) await ended;
  }
}
