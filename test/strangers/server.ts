import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

import { systemClock } from "../../sandbox/clock";
import { daemonFiles } from "../../sandbox/daemon-files";
import { type ApiAddresses, listen } from "../../sandbox/daemon-listeners";
import { Cloud } from "../../sandbox/digitalocean/cloud";
import { contractFiles, watchContract } from "../../sandbox/digitalocean/contract-log";
import { buildApi } from "../../sandbox/digitalocean/server";
import { fileStore } from "../../sandbox/digitalocean/store";
import { descriptionFile, whereToGetIt } from "../sandbox/digitalocean/contract";
import { accessFor, leftovers, LimitsOfOne, paperHosts, type Tokens } from "./paper-cloud";

/** Where the server is and whom it lets in: its first line on standard output. */
export interface Place extends ApiAddresses {
  readonly tokens: Tokens;
}

/** What it found while a client was there: its last line. */
export interface Findings {
  /** What the client did not delete. */
  readonly leftovers: readonly string[];
  /** Answers that were not as DigitalOcean's description of its API says. */
  readonly violations: readonly string[];
  /** Kinds of answers that were: `GET /v2/droplets/:droplet 200`. */
  readonly validated: readonly string[];
  /** Why nothing was held against the description, when nothing was. */
  readonly unchecked?: string;
}

/** How long what a machine does takes, in milliseconds. */
const pace = 150;

/**
 * The sandbox's API over machines of paper, for clients that are programs in other languages:
 * `node dist/test/strangers/server.js DIRECTORY`. It ends when its standard input does.
 */
async function main([directory]: readonly string[]): Promise<void> {
  if (directory === undefined) throw new Error("usage: server.js DIRECTORY");
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const { hosts, recorded } = paperHosts(pace);
  const cloud = await Cloud.open({ store: fileStore(join(directory, "cloud")), hosts, log, mail });
  const tokens: Tokens = { owner: newToken(), reader: newToken(), spent: newToken() };
  const access = accessFor(tokens);
  const limiter = new LimitsOfOne(systemClock, access.authenticate(tokens.spent)?.id ?? "");
  limiter.useUp();
  const app = buildApi({ cloud, access, limiter, log });
  watchContract(app, directory, log);
  const addresses = await listen(app, daemonFiles(directory), log);
  say({ ...addresses, tokens } satisfies Place);
  await endOfInput();
  await app.close();
  await cloud.settled();
  const files = contractFiles(directory);
  say({
    leftovers: leftovers(cloud.state, recorded),
    violations: linesOf(files.violations),
    validated: linesOf(files.validated),
    ...(existsSync(descriptionFile) ? {} : { unchecked: whereToGetIt }),
  } satisfies Findings);
}

/** Nobody reads them here. */
function mail(): Promise<void> {
  return Promise.resolve();
}

function newToken(): string {
  return `dop_v1_${randomBytes(32).toString("hex")}`;
}

function linesOf(file: string): string[] {
  return existsSync(file) ? readFileSync(file, "utf8").split("\n").filter(Boolean) : [];
}

function endOfInput(): Promise<void> {
  return new Promise((resolve) => {
    process.stdin.on("end", resolve).resume();
  });
}

function say(what: Place | Findings): void {
  process.stdout.write(`${JSON.stringify(what)}\n`);
}

function log(line: string): void {
  process.stderr.write(`${line}\n`);
}

main(process.argv.slice(2)).catch((error: unknown) => {
  log(error instanceof Error ? (error.stack ?? error.message) : String(error));
  process.exit(1);
});
