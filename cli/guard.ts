import { closeSync, mkdirSync, openSync, renameSync, statSync, writeSync } from "node:fs";
import { join } from "node:path";

import { WrittenIntents } from "../guard/intents/intents";
import type { Leases } from "../guard/interfaces";
import { FileLeases, type TakeOptions } from "../guard/leases";
import { Pacing } from "../guard/pacing/pace";
import { type Guard, startGuard } from "../guard/server";
import { ticketKeyIn } from "../guard/ticket-key";
import { StackTickets } from "../guard/tickets";
import { ContractWatch } from "../guard/watch";
import type { OpenConnection } from "./connection";
import { connectionsDirectory, type Home } from "./home";

/** A guard that works for one operation on one stack, and the ticket for it. */
export interface OperationGuard {
  readonly url: string;
  readonly ticket: string;
  /** What it writes down of what it is asked for. */
  readonly intents: WrittenIntents;
  /** Closes the guard, then gives the stack's lease back. */
  close(): Promise<void>;
}

/**
 * A guard that takes the stack's lease itself.
 * @throws StackBusy when another operation works on the stack
 */
export function openGuard(
  home: Home,
  connection: OpenConnection,
  stack: string,
  take: TakeOptions,
): Promise<OperationGuard> {
  return open(home, connection, stack, (file, closing) => {
    const leases = FileLeases.open(file);
    closing.push(() => {
      leases.close();
    });
    const lease = leases.take(stack, take);
    closing.push(() => {
      leases.release(lease);
    });
    return leases;
  });
}

/** A guard for whoever has leases already: it serves the stack while one of them is held on it. */
export function openGuardUnder(
  leases: Leases,
  home: Home,
  connection: OpenConnection,
  stack: string,
): Promise<OperationGuard> {
  return open(home, connection, stack, () => leases);
}

type Closing = (() => void | Promise<void>)[];

async function open(
  home: Home,
  connection: OpenConnection,
  stack: string,
  leasesIn: (file: string, closing: Closing) => Leases,
): Promise<OperationGuard> {
  const closing: Closing = [];
  const close = async (): Promise<void> => {
    for (const one of closing.splice(0).reverse()) await one();
  };
  try {
    const directory = connectionsDirectory(home);
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    const file = join(directory, "guard.db");
    const log = openLog(join(directory, "guard.log"));
    closing.push(() => {
      log.close();
    });
    // SQLite gives the files beside it the same rights.
    closeSync(openSync(file, "a", 0o600));
    const leases = leasesIn(file, closing);
    const tickets = new StackTickets(ticketKeyIn(join(directory, "ticket-key")));
    const pace = Pacing.open({ file, log: log.write });
    closing.push(() => {
      pace.close();
    });
    const { apiUrl: upstream, account, tokens } = connection;
    const intents = WrittenIntents.open({ file, upstream, log: log.write });
    closing.push(() => intents.close());
    const watch = new ContractWatch({ file, log: log.write });
    closing.push(() => {
      watch.close();
    });
    const parts = { tickets, leases, pace, intents, watch, log: log.write };
    const guard: Guard = await startGuard({ upstream, account, tokens, ...parts });
    closing.push(() => guard.close());
    return { url: guard.url, ticket: tickets.issue(stack), intents, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** How long the log gets, in bytes, before it begins anew; the one before is kept. */
const longestLog = 4 * 1024 * 1024;

function openLog(file: string): { readonly write: (line: string) => void; close(): void } {
  if ((statSync(file, { throwIfNoEntry: false })?.size ?? 0) > longestLog) renameSync(file, `${file}.1`);
  const log = openSync(file, "a", 0o600);
  return {
    write: (line) => {
      try {
        writeSync(log, `${new Date().toISOString()} ${process.pid} ${line}\n`);
      } catch {
        // No request fails because the disk is full of something else.
      }
    },
    close: () => {
      closeSync(log);
    },
  };
}
