import { existsSync } from "node:fs";
import { mkdir, realpath, rm, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";

import { sandboxCount } from "./addresses";
import { ClaimFiles, isRecord, liveOwner, readJson, thisProcess } from "./claims";
import type { Claim } from "./claims";
import { NetworkInUse, NoSandboxFree } from "./errors";
import { locked } from "./lock";

/** Where the sandboxes of a machine know of each other. */
export const registryDirectory = "/run/deploy4me/network";

/** The file by which a directory remembers its index, even when the machine was restarted since. */
const memory = "network.json";

/** Why an index's addresses can't be used on this machine, or undefined when they can. */
export type Unusable = (index: number) => string | undefined;

/**
 * Which sandbox of this machine has which index. An index stays with a directory as long as the directory is there,
 * because the machines on its disks have addresses that follow from it; it is given away before that only when all
 * others are taken.
 */
export class Registry {
  private readonly files: ClaimFiles;

  /** @param directory the same for all sandboxes that are to know of each other */
  constructor(directory: string = registryDirectory) {
    this.files = new ClaimFiles(directory);
  }

  /**
   * Takes an index for the sandbox in a directory.
   * @throws NetworkInUse when a process has this sandbox open
   * @throws NoSandboxFree
   */
  async claim(directory: string, unusable: Unusable): Promise<number> {
    await mkdir(directory, { recursive: true });
    const place = await realpath(directory);
    const index = await this.change(async (claims) => {
      const own = await claimOf(claims, place);
      const chosen = await choose(claims, own?.index ?? (await remembered(place)), place, unusable);
      if (own !== undefined && own.index !== chosen) await this.files.remove(own.index);
      await this.files.write({ index: chosen, directory: place, owner: await thisProcess() });
      return chosen;
    });
    await writeFile(join(place, memory), `${JSON.stringify({ index })}\n`);
    return index;
  }

  /** Says that this process has the sandbox open no more; its index stays with its directory. */
  async close(index: number): Promise<void> {
    await this.change(async (claims) => {
      const claim = claims.find((candidate) => candidate.index === index);
      if (claim?.owner?.pid === process.pid) await this.files.write({ index, directory: claim.directory });
    });
  }

  /**
   * Gives a directory's index back, if it has one.
   * @param sweep removes what the index's sandbox left, before somebody else can have it
   * @throws NetworkInUse when a process has this sandbox open
   */
  async forget(directory: string, sweep: (index: number) => Promise<void>): Promise<void> {
    const place = existsSync(directory) ? await realpath(directory) : resolve(directory);
    await this.change(async (claims) => {
      const own = await claimOf(claims, place);
      if (own !== undefined) {
        await sweep(own.index);
        await this.files.remove(own.index);
      }
      await rm(join(place, memory), { force: true });
    });
  }

  private change<T>(work: (claims: readonly Claim[]) => Promise<T>): Promise<T> {
    return locked(() => this.files.using(async () => work(await this.files.read())));
  }
}

/** @throws NetworkInUse */
async function claimOf(claims: readonly Claim[], place: string): Promise<Claim | undefined> {
  const own = claims.find((claim) => claim.directory === place);
  const holder = own && (await liveOwner(own));
  if (holder !== undefined) throw new NetworkInUse(place, holder);
  return own;
}

/** The own index of old, then one nobody has, then one whose directory is gone, then one that is not open. */
async function choose(
  claims: readonly Claim[],
  old: number | undefined,
  place: string,
  unusable: Unusable,
): Promise<number> {
  const reasons: string[] = [];
  const ranked: { index: number; rank: number }[] = [];
  for (let index = 0; index < sandboxCount; index++) {
    const claim = claims.find((candidate) => candidate.index === index);
    const open = claim !== undefined && (await liveOwner(claim)) !== undefined;
    const reason = open ? `the sandbox in ${claim.directory} has number ${index}` : unusable(index);
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

async function remembered(directory: string): Promise<number | undefined> {
  const value = await readJson(join(directory, memory));
  return isRecord(value) && typeof value.index === "number" ? value.index : undefined;
}
