import { readdir, readFile, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { gunzipSync, zstdDecompressSync } from "node:zlib";

import { codeOf } from "../cause";
import type { StackId } from "../stack-id";
import {
  type BackendLock,
  exportOfCheckpoint,
  historyFolder,
  lockFolder,
  parseLock,
  stackAt,
  stackFile,
  stacksFolder,
  type StateStore,
} from "./state-store";

const compressed: readonly (readonly [ending: string, plain: (content: Buffer) => Buffer])[] = [
  ["", (content) => content],
  [".gz", gunzipSync],
  [".zst", zstdDecompressSync],
];

/** What the engine's storage library may keep beside each file. */
const attributes = ".attrs";

/** A backend that is a folder. */
export class FileStore implements StateStore {
  constructor(private readonly folder: string) {}

  async read(stack: StackId): Promise<string | undefined> {
    const found = await this.content(stack);
    return found && exportOfCheckpoint(found.plain(found.content).toString());
  }

  async raw(stack: StackId): Promise<string | undefined> {
    return (await this.content(stack))?.content.toString();
  }

  async list(): Promise<readonly StackId[]> {
    const folder = join(this.folder, stacksFolder);
    const projects = (await unlessMissing(readdir(folder))) ?? [];
    const stacks: StackId[] = [];
    for (const project of projects) {
      const names = (await unlessMissing(readdir(join(folder, project)))) ?? [];
      stacks.push(...names.flatMap((name) => stackAt(`${project}/${name}`) ?? []));
    }
    return stacks;
  }

  async locks(stack: StackId): Promise<readonly BackendLock[]> {
    const folder = join(this.folder, lockFolder(stack));
    const names = (await unlessMissing(readdir(folder))) ?? [];
    const locks: BackendLock[] = [];
    for (const name of names.filter((one) => one.endsWith(".json"))) {
      const text = await unlessMissing(readFile(join(folder, name), "utf8"));
      if (text !== undefined) locks.push(parseLock(join(folder, name), text));
    }
    return locks;
  }

  async unlock({ key }: BackendLock): Promise<void> {
    await rm(key, { force: true });
    await rm(key + attributes, { force: true });
  }

  /**
   * Attributes that were emptied and never written, by an engine that was not told to keep none (a plain `pulumi up`).
   * Without them the library takes a file as it is.
   */
  async clearTorn(stack: StackId): Promise<void> {
    const state = stackFile(stack);
    const beside = [
      ".pulumi/meta.yaml",
      ...compressed.flatMap(([ending]) => [state + ending, `${state}${ending}.bak`]),
    ];
    const folders = [historyFolder(stack), lockFolder(stack)].map(async (folder) =>
      ((await unlessMissing(readdir(join(this.folder, folder)))) ?? []).map((name) => join(folder, name)),
    );
    const inside = (await Promise.all(folders)).flat().filter((path) => path.endsWith(attributes));
    for (const path of [...beside.map((file) => file + attributes), ...inside].map((one) => join(this.folder, one)))
      if ((await unlessMissing(stat(path)))?.size === 0) await rm(path, { force: true });
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  private async content(
    stack: StackId,
  ): Promise<{ readonly content: Buffer; readonly plain: (content: Buffer) => Buffer } | undefined> {
    for (const [ending, plain] of compressed) {
      const content = await unlessMissing(readFile(join(this.folder, stackFile(stack) + ending)));
      if (content !== undefined) return { content, plain };
    }
    return undefined;
  }
}

async function unlessMissing<Value>(work: Promise<Value>): Promise<Value | undefined> {
  try {
    return await work;
  } catch (error) {
    if (codeOf(error) === "ENOENT" || codeOf(error) === "ENOTDIR") return undefined;
    throw error;
  }
}
