import { randomBytes } from "node:crypto";
import { join } from "node:path";

import type { Credentials } from "../../../driver/credentials";
import { Driver } from "../../../driver/driver";
import { SqliteLeases } from "../../../driver/lease/sqlite-leases";
import type { Operation } from "../../../driver/operation";
import { DigitalOceanRecovery } from "../../../driver/recovery/digitalocean-recovery";
import { nameOf } from "../../../driver/stack-id";
import { WrittenIntents } from "../../../guard/intents/intents";
import { noPace, noWatch } from "../../../guard/interfaces";
import { startGuard } from "../../../guard/server";
import { StackTickets } from "../../../guard/tickets";
import { HandedToken } from "../../guard/guarded";
import { tokens } from "../tokens";
import type { KilledRequest } from "./program";

/** What a driver in a process of its own is to do. */
export interface KilledOrder {
  readonly home: string;
  readonly cloud: string;
  readonly mode: "guard" | "direct";
  readonly operation: "up" | "destroy" | "preview";
  readonly request: KilledRequest;
}

/** What it says, a line each: the operation's id first, then what came of it. */
export type Said =
  | { readonly id: string }
  | { readonly note: string }
  | { readonly ended: "succeeded"; readonly unchanged: boolean; readonly changes: unknown; readonly state: string }
  | { readonly ended: "failed"; readonly code: string; readonly message: string };

/** `node worker.js ORDER` */
async function main([text = ""]: readonly string[]): Promise<void> {
  const order = JSON.parse(text) as KilledOrder;
  const { home, operation: kind, request } = order;
  const leases = new SqliteLeases(join(home, "leases.db"));
  const opened = order.mode === "guard" ? await guarded(order, leases) : direct(order);
  const driver = new Driver<KilledRequest>({
    home,
    leases,
    credentials: opened.credentials,
    program: {
      module: require.resolve("./program"),
      export: "killed",
      project: "killed",
      stack: ({ name }) => name,
      recovery: new DigitalOceanRecovery({ visibleWithinMs: 1_500 }),
    },
    times: { graceMs: 1_000 },
  });
  const operation: Operation<{ readonly unchanged: boolean; readonly changes: unknown }> = driver[kind](request);
  say({ id: operation.id });
  for await (const event of operation.events) if (event.kind === "note") say({ note: event.message });
  try {
    const { unchanged, changes } = await operation.result;
    say({ ended: "succeeded", unchanged, changes, state: await driver.export(request.name).result });
  } catch (error) {
    const { code = "", message } = error as Error & { readonly code?: string };
    say({ ended: "failed", code, message });
  }
  await driver.close();
  await opened.close();
}

function say(what: Said): void {
  process.stdout.write(`${JSON.stringify(what)}\n`);
}

interface Opened {
  readonly credentials: Credentials;
  close(): Promise<void>;
}

function direct({ cloud }: KilledOrder): Opened {
  return {
    credentials: {
      mode: "direct",
      secrets: () => Promise.resolve({ "digitalocean:token": tokens.first }),
      environment: () => Promise.resolve({ DIGITALOCEAN_API_URL: cloud }),
    },
    close: () => Promise.resolve(),
  };
}

/** Guard and driver in one process, as the command has it: they die together. */
async function guarded({ cloud, home, request }: KilledOrder, leases: SqliteLeases): Promise<Opened> {
  const upstream = new URL(cloud);
  const stack = nameOf({ project: "killed", stack: request.name });
  const tickets = new StackTickets(randomBytes(32));
  const log = (): void => undefined;
  const times = { visibleWithin: 1_500, visibleAfterTimeout: 1_500, pause: 50 };
  const intents = WrittenIntents.open({ file: join(home, "guard.db"), upstream, log, ...times });
  const parts = { tickets, leases, intents, pace: noPace, watch: noWatch, log };
  const guard = await startGuard({ upstream, account: "account", tokens: new HandedToken(tokens.first), ...parts });
  const environment = { DIGITALOCEAN_API_URL: guard.url, DIGITALOCEAN_TOKEN: tickets.issue(stack) };
  return {
    credentials: { mode: "guard", environment: () => Promise.resolve(environment), creations: () => intents },
    close: async () => {
      await guard.close();
      await intents.close();
    },
  };
}

if (require.main === module) void main(process.argv.slice(2));
