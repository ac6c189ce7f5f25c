import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";

import type { FastifyInstance } from "fastify";

import { daemonFiles, type DaemonFiles, ensureToken, removeRecord, startTime, writeRecord } from "./daemon-files";
import { isAddressInUse, lockSandbox } from "./daemon-lock";
import { Cloud } from "./digitalocean/cloud";
import { buildApi } from "./digitalocean/server";
import { fileStore } from "./digitalocean/store";
import type { Hosts } from "./hosts/hosts";

export interface DaemonOptions {
  /** The sandbox's directory: everything it keeps lies there. */
  readonly directory: string;
  /** Opens the machine room in a directory of its own. */
  readonly openRoom: (directory: string, log: (line: string) => void) => Promise<Hosts>;
  readonly log: (line: string) => void;
}

/** A running sandbox. */
export interface Daemon {
  readonly apiUrl: string;
  /** Takes everything down that it has on this machine. Disks and state stay. */
  close(): Promise<void>;
}

/** How long what is in progress may take when the daemon is told to end; it is gone on with at the next start. */
const grace = 20_000;

/**
 * Brings a sandbox up: the machine room, what was kept, and the API on loopback.
 * @throws SandboxInUse when another daemon has the directory
 */
export async function startDaemon({ directory, openRoom, log }: DaemonOptions): Promise<Daemon> {
  const files = daemonFiles(directory);
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const unlock = await lockSandbox(directory);
  // From here on something of ours may be on the machine: the record says so until all of it is gone again.
  const self = { pid: process.pid, started: startTime(process.pid) ?? "" };
  writeRecord(files, self);
  log("opening the machine room");
  const hosts = await openRoom(files.room, log);
  try {
    log("restoring what was kept");
    const cloud = await Cloud.open({ store: fileStore(files.cloud), hosts, log });
    const app = buildApi({ cloud, token: ensureToken(files), log });
    const apiUrl = await listen(app, files, log);
    writeRecord(files, { ...self, ready: { apiUrl, ranges: hosts.ranges } });
    log(`ready: DigitalOcean's API answers at ${apiUrl}`);
    return {
      apiUrl,
      async close() {
        log("ending: no further requests");
        try {
          await app.close();
          await cloud.close(grace);
          log("taking the machines down");
          await hosts.close();
          removeRecord(files);
        } finally {
          await unlock();
        }
        log("ended");
      },
    };
  } catch (error) {
    await hosts.close();
    removeRecord(files);
    await unlock();
    throw error;
  }
}

/** On the port of the last start, and where that was taken by another program meanwhile, on a free one. */
async function listen(app: FastifyInstance, { port: file }: DaemonFiles, log: (line: string) => void): Promise<string> {
  const kept = existsSync(file) ? Number(readFileSync(file, "utf8")) : 0;
  const host = "127.0.0.1";
  const url = await app.listen({ host, port: kept }).catch((error: unknown) => {
    if (!isAddressInUse(error)) throw error;
    log(`port ${kept} was taken by another program: the API moves to another one`);
    return app.listen({ host, port: 0 });
  });
  writeFileSync(file, `${new URL(url).port}\n`);
  return url;
}
