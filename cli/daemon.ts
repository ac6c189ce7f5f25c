import { spawn } from "node:child_process";
import { closeSync, existsSync, mkdirSync, openSync, readdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";

import {
  daemonFiles,
  type DaemonFiles,
  type DaemonRecord,
  isAlive,
  readRecord,
  removeRecord,
  startTime,
} from "../sandbox/daemon-files";
import { lockSandbox } from "../sandbox/daemon-lock";
import { buildImage } from "../sandbox/hosts/image";
import { openHosts, removeHosts } from "../sandbox/hosts/room";
import { type CloudAccess, writeShellEnvironment } from "./environment";
import { NeedsRoot, SandboxNotRunning, SandboxNotStarted } from "./errors";
import type { Home } from "./home";

export type Say = (line: string) => void;

/** A sandbox that answers. */
export type RunningSandbox = NonNullable<DaemonRecord["ready"]>;

/** How a sandbox is started; what is left out is as at the last start. */
export interface StartOptions {
  /** Where its clock is to stand (ISO 8601), or `real` for this machine's time. */
  readonly clock?: string | undefined;
  /** Default: yes. */
  readonly rateLimits?: boolean;
  /** Whether AWS is there as well. Default: no. */
  readonly aws?: boolean;
}

/** Four machines are up in six seconds; a loaded machine may take long. */
const startLimit = 180_000;
/** What is in progress, then every machine's shutdown. */
const stopLimit = 120_000;
const progressEvery = 5_000;

/**
 * Starts the sandbox, unless it runs already, and waits until it answers.
 * @param say gets a line for each thing that takes long
 * @returns where it is, and whether this call started it
 * @throws SandboxNotStarted with the end of the daemon's log
 */
export async function startSandbox(
  home: Home,
  say: Say,
  options: StartOptions = {},
): Promise<{ readonly sandbox: RunningSandbox; readonly started: boolean }> {
  requireRoot("starting the sandbox");
  const running = runningSandbox(home);
  if (running !== undefined) {
    writeShellEnvironment(home, cloudAccess(home, running));
    return { sandbox: running, started: false };
  }
  const files = daemonFiles(home.sandbox);
  const other = readRecord(files);
  if (other !== undefined && isAlive(other)) {
    // Another command is starting it at this moment.
    const exited = () => (isAlive(other) ? undefined : 1);
    return { sandbox: await untilReady(files, { exited }, say), started: false };
  }
  if (!existsSync(home.image)) await buildImage(home.image, say);
  const sandbox = await untilReady(files, launch(home, files, options), say);
  writeShellEnvironment(home, cloudAccess(home, sandbox));
  return { sandbox, started: true };
}

/** @returns undefined when it does not run, or does not answer yet */
export function runningSandbox(home: Home): RunningSandbox | undefined {
  const record = readRecord(daemonFiles(home.sandbox));
  return record !== undefined && isAlive(record) ? record.ready : undefined;
}

/** @throws SandboxNotRunning */
export function requireSandbox(home: Home): RunningSandbox {
  const running = runningSandbox(home);
  if (running === undefined) throw new SandboxNotRunning(home.sandbox);
  return running;
}

/** How `pulumi` gets at it. */
export function cloudAccess(home: Home, { apiUrl, tlsUrl, caFile, ranges, aws }: RunningSandbox): CloudAccess {
  const { token: tokenFile, oauth: folder } = daemonFiles(home.sandbox);
  const oauth = { url: `${apiUrl}/v1/oauth`, applicationsFile: join(folder, "applications.json") };
  const access = { apiUrl, tokenFile, deployer: `${ranges.deployer.ipv4}/32`, oauth, tls: { url: tlsUrl, caFile } };
  if (aws === undefined) return access;
  return { ...access, aws: { endpointUrl: aws.endpointUrl, deployer: `${aws.ranges.deployer.ipv4}/32` } };
}

/**
 * Stops the daemon and waits until nothing of it is left on this machine; what a killed one left is removed too. Disks
 * and state stay.
 * @returns whether there was anything to stop
 */
export async function stopSandbox(home: Home, say: Say): Promise<boolean> {
  const files = daemonFiles(home.sandbox);
  const record = readRecord(files) ?? findDaemon(files);
  if (record === undefined) return false;
  requireRoot("stopping the sandbox");
  if (isAlive(record)) await end(record, files, say);
  if (readRecord(files) !== undefined) await cleanUp(home, files, say);
  return true;
}

/** Stops it and removes everything it kept: machines' disks, addresses, names, its token. */
export async function resetSandbox(home: Home, say: Say): Promise<void> {
  requireRoot("removing the sandbox");
  await stopSandbox(home, say);
  const { room, awsRoom } = daemonFiles(home.sandbox);
  if (!existsSync(home.sandbox)) {
    // Somebody removed the folder; its network may be on this machine all the same.
    await removeHosts(room);
    await removeHosts(awsRoom);
    return;
  }
  const unlock = await lockSandbox(home.sandbox);
  try {
    await removeHosts(room);
    await removeHosts(awsRoom);
    rmSync(home.sandbox, { recursive: true, force: true });
  } finally {
    await unlock();
  }
}

/** By its command line: whoever removes a sandbox's folder by hand removes the record too, and not the daemon. */
function findDaemon({ directory }: DaemonFiles): DaemonRecord | undefined {
  for (const name of readdirSync("/proc").filter((entry) => /^\d+$/.test(entry))) {
    const [, program = "", argument] = commandLine(name);
    if (!program.endsWith(daemonProgram) || argument !== directory) continue;
    const pid = Number(name);
    const started = startTime(pid);
    if (started !== undefined) return { pid, started };
  }
  return undefined;
}

function commandLine(pid: string): string[] {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0");
  } catch {
    // It ended meanwhile.
    return [];
  }
}

const daemonProgram = join("dist", "sandbox", "main.js");

function launch(home: Home, files: DaemonFiles, options: StartOptions): { readonly exited: () => number | undefined } {
  mkdirSync(files.directory, { recursive: true, mode: 0o700 });
  // The log of the run before may say why it ended.
  if (existsSync(files.log)) renameSync(files.log, `${files.log}.1`);
  const log = openSync(files.log, "w", 0o600);
  const program = join(home.root, daemonProgram);
  const settings = [
    ...(options.clock === undefined ? [] : ["--clock", options.clock]),
    ...(options.rateLimits === false ? ["--no-rate-limits"] : []),
    ...(options.aws === true ? ["--aws", join(home.root, ".deploy4me", "moto")] : []),
  ];
  const child = spawn(process.execPath, [program, files.directory, home.image, ...settings], {
    // Its own session: it outlives this command and its terminal.
    detached: true,
    stdio: ["ignore", log, log],
    cwd: home.root,
  });
  closeSync(log);
  child.unref();
  let code: number | undefined;
  child.on("exit", (status) => (code = status ?? 1));
  child.on("error", () => (code = 1));
  return { exited: () => code };
}

async function untilReady(
  files: DaemonFiles,
  daemon: { readonly exited: () => number | undefined },
  say: Say,
): Promise<RunningSandbox> {
  const start = Date.now();
  let told = start;
  while (Date.now() - start < startLimit) {
    const record = readRecord(files);
    if (record?.ready !== undefined && isAlive(record)) return record.ready;
    if (daemon.exited() !== undefined) throw new SandboxNotStarted(files.log, "it ended", lastLines(files, 15));
    if (Date.now() - told >= progressEvery) {
      told = Date.now();
      say(progress(start, files));
    }
    await pause(100);
  }
  throw new SandboxNotStarted(files.log, `it does not answer after ${startLimit / 1000} s`, lastLines(files, 15));
}

/** In order first; a daemon that does not end by itself is killed. */
async function end(record: DaemonRecord, files: DaemonFiles, say: Say): Promise<void> {
  process.kill(record.pid, "SIGTERM");
  const start = Date.now();
  let told = start;
  while (isAlive(record)) {
    if (Date.now() - start > stopLimit) {
      say(`it does not end by itself: process ${record.pid} is killed`);
      process.kill(record.pid, "SIGKILL");
      while (isAlive(record)) await pause(50);
      return;
    }
    if (Date.now() - told >= progressEvery) {
      told = Date.now();
      say(progress(start, files));
    }
    await pause(50);
  }
}

/** A killed daemon leaves machines, namespaces and mounts behind: whoever opens the room again can close it. */
async function cleanUp(home: Home, files: DaemonFiles, say: Say): Promise<void> {
  say("the daemon did not end in order: removing what it left");
  const unlock = await lockSandbox(home.sandbox);
  try {
    for (const directory of [files.room, files.awsRoom].filter((one) => existsSync(one))) {
      const hosts = await openHosts({ directory, image: home.image, log: () => undefined });
      await hosts.close();
    }
    removeRecord(files);
  } finally {
    await unlock();
  }
}

function progress(start: number, files: DaemonFiles): string {
  const now = lastLines(files, 1);
  return `${Math.round((Date.now() - start) / 1000)} s${now === "" ? "" : ` · ${now}`}`;
}

function lastLines({ log }: DaemonFiles, count: number): string {
  if (!existsSync(log)) return "";
  return readFileSync(log, "utf8").trimEnd().split("\n").slice(-count).map(withoutTime).join("\n");
}

function withoutTime(line: string): string {
  return line.replace(/^\d{4}-\d\d-\d\dT[\d:.]+Z /, "");
}

function requireRoot(what: string): void {
  if (process.getuid?.() !== 0) throw new NeedsRoot(what);
}
