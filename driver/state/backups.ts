import { createHash } from "node:crypto";
import {
  closeSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { gunzipSync, gzipSync } from "node:zlib";

import { DriverError } from "../errors";
import type { OperationKind } from "../operation";
import { nameOf, type StackId } from "../stack-id";

/** A stack's state as it was before an operation. */
export interface Backup {
  /** Newer ones are greater. */
  readonly id: string;
  /** When it was taken, in milliseconds since 1970. */
  readonly at: number;
  /** What came after it. */
  readonly before: OperationKind;
}

/** Where states are kept from before each operation. Their secrets are encrypted, as they are in the state. */
export interface Backups {
  /** Returns when it will survive a power failure. A state that is the newest backup already is not kept twice. */
  save(stack: StackId, before: OperationKind, state: string): Promise<Backup>;
  /** The newest first. */
  list(stack: StackId): Promise<readonly Backup[]>;
  /** @throws BackupNotFound */
  read(stack: StackId, id: string): Promise<string>;
}

/** There is no backup of this name. */
export class BackupNotFound extends DriverError {
  override readonly name = "BackupNotFound";
  readonly code = "BACKUP_NOT_FOUND";

  constructor(
    readonly stackId: StackId,
    readonly id: string,
  ) {
    super(
      `${nameOf(stackId)} has no backup called ${JSON.stringify(id)}: \`deploy4me state backups\` shows those there are.`,
    );
  }
}

/** A backup has been changed since it was written, or only a part of it is there. */
export class BackupDamaged extends DriverError {
  override readonly name = "BackupDamaged";
  readonly code = "BACKUP_DAMAGED";

  constructor(
    readonly stackId: StackId,
    readonly id: string,
  ) {
    super(`the backup ${id} of ${nameOf(stackId)} is damaged: its content does not fit its name. Take another one.`);
  }
}

/** `<milliseconds>-<what comes after>-<hash>.json.gz` */
const fileForm = /^(\d{14})-([a-z]+)-([0-9a-f]{16})\.json\.gz$/;

/** Backups in a folder. */
export class FileBackups implements Backups {
  /** @param kept of one stack; older ones are removed. Default: 100 */
  constructor(
    private readonly folder: string,
    private readonly kept = 100,
  ) {}

  save(stack: StackId, before: OperationKind, state: string): Promise<Backup> {
    return Promise.resolve().then(() => {
      const hash = hashOf(state);
      const [newest] = this.files(stack);
      if (newest?.hash === hash) return newest.backup;
      const folder = this.folderOf(stack);
      mkdirSync(folder, { recursive: true, mode: 0o700 });
      // Two within a millisecond keep their order.
      const at = Math.max(Date.now(), (newest?.backup.at ?? 0) + 1);
      const id = `${String(at).padStart(14, "0")}-${before}-${hash}`;
      writeDurably(folder, `${id}.json.gz`, gzipSync(state));
      for (const { backup } of this.files(stack).slice(this.kept))
        rmSync(join(folder, `${backup.id}.json.gz`), { force: true });
      return { id, at, before };
    });
  }

  list(stack: StackId): Promise<readonly Backup[]> {
    return Promise.resolve().then(() => this.files(stack).map(({ backup }) => backup));
  }

  read(stack: StackId, id: string): Promise<string> {
    return Promise.resolve().then(() => {
      const found = this.files(stack).find(({ backup }) => backup.id === id);
      if (found === undefined) throw new BackupNotFound(stack, id);
      const state = unpacked(readFileSync(join(this.folderOf(stack), `${id}.json.gz`)));
      if (state === undefined || hashOf(state) !== found.hash) throw new BackupDamaged(stack, id);
      return state;
    });
  }

  private files(stack: StackId): { readonly backup: Backup; readonly hash: string }[] {
    let names: string[];
    try {
      names = readdirSync(this.folderOf(stack));
    } catch {
      return [];
    }
    return names
      .sort()
      .reverse()
      .flatMap((name) => {
        const [, at, before, hash = ""] = fileForm.exec(name) ?? [];
        if (at === undefined) return [];
        const id = name.slice(0, -".json.gz".length);
        return [{ hash, backup: { id, at: Number(at), before: before as OperationKind } }];
      });
  }

  private folderOf({ project, stack }: StackId): string {
    return join(this.folder, project, stack);
  }
}

function hashOf(state: string): string {
  return createHash("sha256").update(state).digest("hex").slice(0, 16);
}

function unpacked(content: Buffer): string | undefined {
  try {
    return gunzipSync(content).toString();
  } catch {
    return undefined;
  }
}

/** The file is there whole, or not at all. */
function writeDurably(folder: string, name: string, content: Buffer): void {
  const temporary = join(folder, `.${name}.new`);
  const handle = openSync(temporary, "w", 0o600);
  try {
    writeFileSync(handle, content);
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
  renameSync(temporary, join(folder, name));
  const directory = openSync(folder, "r");
  try {
    fsyncSync(directory);
  } finally {
    closeSync(directory);
  }
}
