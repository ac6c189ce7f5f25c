import { mkdir, readdir, readFile, rename, rm, rmdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";

/** That an index belongs to the sandbox in a directory. */
export interface Claim {
  readonly index: number;
  readonly directory: string;
  /** The process that has the sandbox open. Its start time tells it from a later process with the same number. */
  readonly owner?: Owner;
}

interface Owner {
  readonly pid: number;
  readonly started: string;
}

/** The claims on this machine, as files in a folder: `INDEX.json`. Who changes them has to hold the lock. */
export class ClaimFiles {
  constructor(private readonly directory: string) {}

  /** Does something with the folder. A folder without claims does not stay. */
  async using<T>(work: () => Promise<T>): Promise<T> {
    await mkdir(this.directory, { recursive: true });
    try {
      return await work();
    } finally {
      for (const folder of [this.directory, dirname(this.directory)]) await rmdir(folder).catch(() => undefined);
    }
  }

  async read(): Promise<Claim[]> {
    const files = (await readdir(this.directory)).filter((file) => /^\d+\.json$/.test(file));
    const claims = await Promise.all(files.map(async (file) => parse(await readJson(join(this.directory, file)))));
    return claims.filter((claim) => claim !== undefined);
  }

  async write(claim: Claim): Promise<void> {
    const file = this.file(claim.index);
    await writeFile(`${file}.new`, `${JSON.stringify(claim)}\n`);
    await rename(`${file}.new`, file);
  }

  async remove(index: number): Promise<void> {
    await rm(this.file(index), { force: true });
  }

  private file(index: number): string {
    return join(this.directory, `${index}.json`);
  }
}

/** This process, as the owner of a claim. */
export async function thisProcess(): Promise<Owner> {
  return { pid: process.pid, started: (await startOf(process.pid)) ?? "" };
}

/** @returns the process that has the sandbox open, if it still lives */
export async function liveOwner({ owner }: Claim): Promise<number | undefined> {
  return owner !== undefined && (await startOf(owner.pid)) === owner.started ? owner.pid : undefined;
}

/** @returns undefined when there is no such file, or what is in it is nothing of ours */
export async function readJson(file: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(file, "utf8"));
  } catch {
    return undefined;
  }
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}

/** @returns undefined when the file was cut off as the machine lost its power */
function parse(value: unknown): Claim | undefined {
  if (!isRecord(value) || typeof value.index !== "number" || typeof value.directory !== "string") return undefined;
  const { index, directory, owner } = value;
  const owned = isRecord(owner) && typeof owner.pid === "number" && typeof owner.started === "string";
  return owned
    ? { index, directory, owner: { pid: Number(owner.pid), started: String(owner.started) } }
    : { index, directory };
}

/** When a process was started, in the kernel's ticks; undefined when there is none. */
async function startOf(pid: number): Promise<string | undefined> {
  try {
    const stat = await readFile(`/proc/${pid}/stat`, "utf8");
    // The program's name, in brackets, may hold spaces; the start time is the 22nd field of the line.
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    // A process that ended and that nobody has waited for yet holds nothing any more.
    return fields[0] === "Z" ? undefined : fields[19];
  } catch {
    return undefined;
  }
}
