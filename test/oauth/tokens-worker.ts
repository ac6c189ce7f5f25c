import { createHash } from "node:crypto";
import { once } from "node:events";
import { join } from "node:path";

import type { ConnectionReference } from "../../oauth/connection";
import { DigitalOceanOAuth } from "../../oauth/digitalocean/client";
import { connectionTokens, type TokenEndpoint } from "../../oauth/tokens";
import { Keyring } from "../../oauth/vault/keyring";
import { Vault } from "../../oauth/vault/vault";
import { applicationIn } from "./application-in";
import { openStore, type StoreAddress } from "./vault/stores";

/** Where a process is killed: by itself, with SIGKILL, so that nothing of it runs any more. */
export type Death =
  /** The renewal is taken on, and nothing was written of a request. */
  | "before-intent"
  /** The intent is written, and the request has not left. */
  | "before-request"
  /** The answer is there, and nothing of it is written. */
  | "after-answer";

export interface WorkerTask {
  readonly address: StoreAddress;
  /** Of the keyring and the application. */
  readonly directory: string;
  readonly reference: ConnectionReference;
  /** ISO 8601; the time that tokens run out by. */
  readonly now: string;
  readonly die?: Death;
  /** Stands still, with SIGSTOP, when it has taken the renewal on and nothing was written of a request. */
  readonly stop?: boolean;
  /** Default: that of the product. */
  readonly leaseMs?: number;
}

/** What it says at its end, as JSON in one line. */
export interface WorkerEnd {
  /** SHA-256 of the token that it got. */
  readonly token?: string;
  readonly code?: string;
  readonly reason?: string;
}

/** Waits for a line, then wants a token. */
async function main(): Promise<void> {
  const {
    address,
    directory,
    reference,
    now,
    die,
    stop = false,
    leaseMs,
  } = JSON.parse(process.argv[2] ?? "") as WorkerTask;
  const vault = new Vault({ store: await openStore(address), keys: Keyring.open(join(directory, "keyring.json")) });
  const clock = () => new Date(now);
  const endpoint = (): TokenEndpoint => {
    if (die === "before-intent") kill();
    if (stop) process.kill(process.pid, "SIGSTOP");
    const client = new DigitalOceanOAuth(applicationIn(directory), { now: clock });
    return {
      async refresh(refreshToken) {
        if (die === "before-request") kill();
        const grant = await client.refresh(refreshToken);
        if (die === "after-answer") kill();
        return grant;
      },
    };
  };
  const tokens = connectionTokens(vault, reference, { endpoint, clock, ...(leaseMs === undefined ? {} : { leaseMs }) });
  process.stdout.write("ready\n");
  await once(process.stdin, "data");
  process.stdin.resume();
  const end = await tokens.current().then(
    ({ value }): WorkerEnd => ({ token: hashOf(value) }),
    (error: unknown): WorkerEnd => {
      const { code, reason } = error as { code?: string; reason?: string };
      return { code: code ?? String(error), ...(reason === undefined ? {} : { reason }) };
    },
  );
  process.stdout.write(`${JSON.stringify(end)}\n`);
  // A process that lives on: what comes late is still written down.
  await once(process.stdin, "end");
  await vault.close();
}

export function hashOf(token: string): string {
  return createHash("sha256").update(token).digest("hex");
}

function kill(): void {
  process.kill(process.pid, "SIGKILL");
}

if (require.main === module) void main();
