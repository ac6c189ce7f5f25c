import { randomUUID } from "node:crypto";
import {
  closeSync,
  existsSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { dirname } from "node:path";
import { DatabaseSync } from "node:sqlite";

import { codeOf } from "./errors";

/** A folder that only its owner may enter. One that is there stays as it is. */
export function makePrivateFolder(directory: string): void {
  mkdirSync(directory, { recursive: true, mode: 0o700 });
}

/** Makes an empty file that only its owner may read, unless there is one. */
export function makePrivateFile(file: string): void {
  makePrivateFolder(dirname(file));
  if (!existsSync(file)) closeSync(openSync(file, "a", 0o600));
}

/**
 * Writes a file that only its owner may read. Returns when it will survive a power failure: the file is the old or the new
 * one, never half of it.
 */
export function writePrivately(file: string, text: string): void {
  viaTemporary(file, text, (temporary) => {
    renameSync(temporary, file);
  });
}

/** As {@link writePrivately}, but only when there is no such file: of two at the same moment, one is first. */
export function createPrivately(file: string, text: string): boolean {
  try {
    viaTemporary(file, text, (temporary) => {
      linkSync(temporary, file);
    });
    return true;
  } catch (error) {
    if (codeOf(error) === "EEXIST") return false;
    throw error;
  }
}

function viaTemporary(file: string, text: string, place: (temporary: string) => void): void {
  const directory = dirname(file);
  makePrivateFolder(directory);
  const temporary = `${file}.${randomUUID()}`;
  const handle = openSync(temporary, "wx", 0o600);
  try {
    try {
      writeFileSync(handle, text);
      fsyncSync(handle);
    } finally {
      closeSync(handle);
    }
    place(temporary);
  } finally {
    rmSync(temporary, { force: true });
  }
  syncFolder(directory);
}

/** The new name has to reach the disk too. */
function syncFolder(directory: string): void {
  const handle = openSync(directory, "r");
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}

/**
 * Runs something that only one process may run at a time. The lock is SQLite's on a file beside it: the kernel frees it
 * however the process ends.
 * @param patienceMs default: 10 seconds
 */
export function withFileLock<Result>(file: string, run: () => Result, patienceMs = 10_000): Result {
  const lock = `${file}.lock`;
  makePrivateFile(lock);
  const database = new DatabaseSync(lock, { timeout: patienceMs });
  try {
    database.exec("BEGIN EXCLUSIVE");
    return run();
  } finally {
    database.close();
  }
}
