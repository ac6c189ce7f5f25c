import { createHash } from "node:crypto";

import type { Client } from "ssh2";

import type { Place } from "./errors";
import type { SshEndpoint, SshTarget } from "./ssh";
import { forward, HopProblem, openHop } from "./ssh-hop";

/** A connection that somebody holds. */
export interface Line {
  readonly client: Client;
  /** Gives it back. It stays open a while for the next, unless `at once` is said. */
  release(when?: "at once"): void;
  /** Gives it back and keeps others from getting it: it is broken. */
  discard(): void;
}

/**
 * Opens a connection of one's own, on every hop.
 * @throws HostKeyMismatch | Unreachable | AuthenticationFailed
 */
export async function openLine(target: SshTarget, timeoutMs: number): Promise<Line> {
  const { proxy } = target;
  if (!proxy) {
    const client = await named(target, "target", () => openHop(target, timeoutMs));
    return { client, release: () => client.end(), discard: () => client.destroy() };
  }
  const outer = await named(target, "proxy", () => openHop(proxy, timeoutMs));
  try {
    const client = await named(target, "target", () => openThrough(outer, target, timeoutMs));
    client.once("close", () => outer.end());
    return { client, release: () => client.end(), discard: () => client.destroy() };
  } catch (error) {
    outer.end();
    throw error;
  }
}

/**
 * A connection shared with everybody in this process who goes to the same machine the same way.
 * @throws HostKeyMismatch | Unreachable | AuthenticationFailed
 */
export async function sharedLine(target: SshTarget, timeoutMs: number): Promise<Line> {
  const { proxy, ...endpoint } = target;
  if (!proxy) return named(target, "target", () => share([endpoint], () => openHop(endpoint, timeoutMs)));
  const outer = await named(target, "proxy", () => share([proxy], () => openHop(proxy, timeoutMs)));
  try {
    return await named(target, "target", () =>
      share([endpoint, proxy], async () => {
        // Held by the connection that goes through it, for as long as that lives.
        const held = await share([proxy], () => openHop(proxy, timeoutMs));
        try {
          const client = await openThrough(held.client, endpoint, timeoutMs);
          client.once("close", () => {
            held.release("at once");
          });
          return client;
        } catch (error) {
          held.release();
          throw error;
        }
      }),
    );
  } finally {
    outer.release();
  }
}

/** Closes what nobody uses at the moment, and the proxies it went through. */
export function closeIdleLines(): void {
  for (const entry of shared.values()) if (entry.users === 0) entry.client?.end();
}

interface Entry {
  readonly opening: Promise<Client>;
  client?: Client;
  users: number;
  idle?: NodeJS.Timeout;
}

const shared = new Map<string, Entry>();
const idleMs = 5_000;

async function share(way: readonly SshEndpoint[], open: () => Promise<Client>): Promise<Line> {
  const key = createHash("sha256").update(JSON.stringify(way)).digest("hex");
  const entry = shared.get(key) ?? begin(key, open);
  entry.users++;
  clearTimeout(entry.idle);
  let held = true;
  const release = (when?: "at once"): void => {
    if (!held) return;
    held = false;
    entry.users--;
    if (entry.users > 0) return;
    const close = (): void => {
      forget(key, entry);
      entry.client?.end();
    };
    if (when === "at once") close();
    else entry.idle = setTimeout(close, idleMs);
  };
  try {
    const client = await entry.opening;
    const discard = (): void => {
      forget(key, entry);
      release("at once");
      client.destroy();
    };
    return { client, release, discard };
  } catch (error) {
    entry.users--;
    throw error;
  }
}

function begin(key: string, open: () => Promise<Client>): Entry {
  const entry: Entry = { opening: open(), users: 0 };
  shared.set(key, entry);
  entry.opening.then(
    (client) => {
      entry.client = client;
      client.once("close", () => {
        forget(key, entry);
      });
    },
    () => {
      forget(key, entry);
    },
  );
  return entry;
}

function forget(key: string, entry: Entry): void {
  clearTimeout(entry.idle);
  if (shared.get(key) === entry) shared.delete(key);
}

async function openThrough(outer: Client, endpoint: SshEndpoint, timeoutMs: number): Promise<Client> {
  return openHop(endpoint, timeoutMs, await forward(outer, endpoint, timeoutMs));
}

async function named<T>({ host, proxy }: SshTarget, hop: Place["hop"], action: () => Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (error) {
    throw error instanceof HopProblem ? error.at({ host, proxy: proxy?.host, hop }) : error;
  }
}
