import { mkdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

import { stringify } from "yaml";

import { type Engine, folderOf, packageRoot } from "../engine";
import type { StackId } from "../stack-id";

/** The folder an operation lives in; nobody else may enter it, and it goes with the operation. */
export interface WorkDirectory {
  readonly path: string;
  /** Where the engine writes its events. */
  readonly eventLog: string;
  /** Where the engine prints to. */
  readonly engineOutput: string;
  /** The stack's settings (`Pulumi.<stack>.yaml`). */
  readonly settings: string;
}

/** What a stack's settings hold. */
export interface StackSettings {
  /** Of a passphrase, from the state; absent for a new stack. */
  readonly salt?: string;
  /** With a key-management service: its URL, and the stack's key as it encrypted it. */
  readonly keyService?: { readonly url: string; readonly encryptedKey?: string };
}

/**
 * Makes it. Programs and dynamic providers look for packages from here, so ours and Pulumi's are linked; a process that
 * is started here finds no settings but these.
 */
export function makeWorkDirectory(
  runs: string,
  operation: string,
  { project, stack }: StackId,
  engine: Engine,
): WorkDirectory {
  const path = join(runs, operation);
  mkdirSync(path, { recursive: true, mode: 0o700 });
  for (const folder of ["tmp", "pulumi", "node_modules/.bin"]) mkdirSync(join(path, folder), { recursive: true });
  symlinkSync(engine.plugins, join(path, "pulumi", "plugins"));
  symlinkSync(packageRoot(), join(path, "node_modules", "deploy4me"));
  symlinkSync(dirname(folderOf("@pulumi/pulumi")), join(path, "node_modules", "@pulumi"));
  // The launcher of dynamic providers takes the Node it finds here: they run on the one that the driver runs on.
  symlinkSync(process.execPath, join(path, "node_modules", ".bin", "node"));
  const directory: WorkDirectory = {
    path,
    eventLog: eventLogOf(runs, operation),
    engineOutput: join(path, "engine.log"),
    settings: join(path, `Pulumi.${stack}.yaml`),
  };
  for (const file of [directory.eventLog, directory.engineOutput]) writeFileSync(file, "", { mode: 0o600 });
  writeFileSync(join(path, "Pulumi.yaml"), stringify({ name: project, runtime: "nodejs" }), { mode: 0o600 });
  return directory;
}

/** Also of an operation that is dead. */
export function eventLogOf(runs: string, operation: string): string {
  return join(runs, operation, "events.jsonl");
}

/** Writes a stack's settings, which the engine reads and adds to. */
export function writeSettings(directory: WorkDirectory, { salt, keyService }: StackSettings): void {
  const content = {
    ...(salt === undefined ? {} : { encryptionsalt: salt }),
    ...(keyService === undefined ? {} : { secretsprovider: keyService.url }),
    ...(keyService?.encryptedKey === undefined ? {} : { encryptedkey: keyService.encryptedKey }),
  };
  writeFileSync(directory.settings, Object.keys(content).length === 0 ? "" : stringify(content), { mode: 0o600 });
}

/** Removes what an operation left; nothing when it left nothing. */
export function removeWorkDirectory(runs: string, operation: string): void {
  rmSync(join(runs, operation), { recursive: true, force: true, maxRetries: 3 });
}
