import { mkdirSync } from "node:fs";

import { clockRoutes } from "./admin/clock";
import { buildAdmin, listenAdmin } from "./admin/server";
import { settingRoutes } from "./admin/settings";
import type { Clock } from "./clock";
import { openClock as openKeptClock } from "./clock-file";
import { type AwsOptions, type RunningAws, startAws } from "./daemon-aws";
import { daemonFiles, removeRecord, startTime, writeRecord } from "./daemon-files";
import { type ApiAddresses, listen } from "./daemon-listeners";
import { lockSandbox } from "./daemon-lock";
import { openOAuth } from "./daemon-oauth";
import { scheduleBackups } from "./digitalocean/backup-schedule";
import { Cloud } from "./digitalocean/cloud";
import { watchContract } from "./digitalocean/contract-log";
import { mailbox } from "./digitalocean/mailbox";
import { RateLimiter } from "./digitalocean/rate-limit";
import { buildApi } from "./digitalocean/server";
import { fileStore } from "./digitalocean/store";
import { faultRoutes, Faults } from "./faults";
import type { Hosts } from "./hosts/hosts";

export interface DaemonOptions {
  /** The sandbox's directory: everything it keeps lies there. */
  readonly directory: string;
  /** Opens the machine room in a directory of its own. */
  readonly openRoom: (directory: string, log: (line: string) => void) => Promise<Hosts>;
  /** Opens the clock that is kept in a file. Default: the one of the last start, at first the machine's own time. */
  readonly openClock?: (file: string) => Clock;
  /** Whether there are limits of requests an hour and a minute. Default: yes, as the original has them. */
  readonly rateLimits?: boolean;
  /** Whether every answer is held against the original's description, see {@link watchContract}. Default: no. */
  readonly watched?: boolean;
  /** AWS beside it. Default: none. */
  readonly aws?: AwsOptions;
  readonly log: (line: string) => void;
}

/** A running sandbox. */
export interface Daemon extends ApiAddresses {
  readonly aws?: Pick<RunningAws, "endpointUrl" | "ranges">;
  /** Takes everything down that it has on this machine. Disks and state stay. */
  close(): Promise<void>;
}

/** How long what is in progress may take when the daemon is told to end; it is gone on with at the next start. */
const grace = 20_000;

/**
 * Brings a sandbox up: the machine room, what was kept, and the API on loopback.
 * @throws SandboxInUse when another daemon has the directory
 */
export async function startDaemon({
  directory,
  openRoom,
  openClock = (file) => openKeptClock(file),
  rateLimits = true,
  watched = false,
  aws: awsOptions,
  log,
}: DaemonOptions): Promise<Daemon> {
  const files = daemonFiles(directory);
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const unlock = await lockSandbox(directory);
  const clock = await orUnlock(unlock, () => openClock(files.clock));
  // From here on something of ours may be on the machine: the record says so until all of it is gone again.
  const self = { pid: process.pid, started: startTime(process.pid) ?? "" };
  writeRecord(files, self);
  log("opening the machine room");
  const hosts = await openRoom(files.room, log);
  const admin = buildAdmin(log);
  let aws: RunningAws | undefined;
  try {
    if (awsOptions !== undefined) {
      log("starting AWS");
      aws = await startAws(files, awsOptions, openRoom, log);
    }
    log("restoring what was kept");
    const faults = new Faults();
    const mail = mailbox(files.mail, clock);
    const store = fileStore(files.cloud);
    const cloud = await Cloud.open({ store, hosts, clock, log, mail, interference: faults });
    const limiter = new RateLimiter(clock, { enabled: rateLimits });
    const oauth = await openOAuth({ files, cloud, limiter, faults, admin, log });
    const app = buildApi({ cloud, access: oauth.access, beside: oauth.beside, limiter, faults, log });
    if (watched) watchContract(app, files.contract, log);
    clockRoutes(admin, clock);
    settingRoutes(admin, cloud, limiter);
    faultRoutes(admin, faults);
    await listenAdmin(admin, files.admin);
    const addresses = await listen(app, files, log);
    const { ranges } = hosts;
    const awsReady = aws && { endpointUrl: aws.endpointUrl, ranges: aws.ranges };
    writeRecord(files, { ...self, ready: { ...addresses, ranges, ...(awsReady && { aws: awsReady }) } });
    log(`ready: DigitalOcean's API answers at ${addresses.apiUrl} and ${addresses.tlsUrl}`);
    if (aws !== undefined) log(`ready: AWS's API answers at ${aws.endpointUrl}`);
    const endBackups = scheduleBackups(cloud, log);
    return {
      ...addresses,
      ...(awsReady && { aws: awsReady }),
      async close() {
        log("ending: no further requests");
        try {
          await Promise.all([app.close(), admin.close()]);
          await endBackups();
          await oauth.close();
          await cloud.close(grace);
          log("taking the machines down");
          await Promise.all([hosts.close(), aws?.close()]);
          removeRecord(files);
        } finally {
          await unlock();
        }
        log("ended");
      },
    };
  } catch (error) {
    await admin.close();
    await aws?.close();
    await hosts.close();
    removeRecord(files);
    await unlock();
    throw error;
  }
}

async function orUnlock<Result>(unlock: () => Promise<void>, act: () => Result): Promise<Result> {
  try {
    return act();
  } catch (error) {
    await unlock();
    throw error;
  }
}
