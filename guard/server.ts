import type { TokenSource } from "../connections/credentials";
import {
  type Clock,
  type Intents,
  type Leases,
  type Log,
  type Pace,
  systemClock,
  type Tickets,
  type Watch,
} from "./interfaces";
import { defaultListenerLimits, listen, type ListenerLimits } from "./listener";
import { Requests } from "./pipeline/handle";
import { heldBack } from "./pipeline/receive";
import { defaultRetry, type RetryPolicy } from "./pipeline/retry";
import { LatelyRight } from "./pipeline/sample";
import { sender } from "./pipeline/send";
import { defaultTimeouts, Upstream, type UpstreamTimeouts } from "./upstream";

export interface GuardOptions {
  /** The API's address, `https://api.digitalocean.com`. */
  readonly upstream: URL;
  /** Whose requests the API counts together: the connection's. */
  readonly account: string;
  readonly tokens: TokenSource;
  readonly tickets: Tickets;
  readonly leases: Leases;
  readonly pace: Pace;
  readonly intents: Intents;
  readonly watch: Watch;
  readonly log: Log;
  readonly clock?: Clock;
  readonly retry?: Partial<RetryPolicy>;
  readonly timeouts?: Partial<UpstreamTimeouts>;
  readonly limits?: Partial<GuardLimits>;
  /** Where `http_proxy`, `https_proxy` and `no_proxy` are looked for. Default: the process's. */
  readonly environment?: NodeJS.ProcessEnv;
}

export interface GuardLimits extends ListenerLimits {
  /** Bytes of a request's body. Default: 4 MiB. */
  readonly requestBody: number;
  /** Bytes of an answer that are held back until it is whole. Default: 16 MiB. */
  readonly heldBack: number;
  /** Milliseconds that writes are given to come to their end when the guard is closed. Default: 30 s. */
  readonly closing: number;
}

export interface Guard {
  /** `http://127.0.0.1:PORT`: what a client takes for the API's address. */
  readonly url: string;
  /** Lets writes come to their end, breaks off reads, and listens no more. */
  close(): Promise<void>;
}

const defaultLimits: GuardLimits = {
  ...defaultListenerLimits,
  requestBody: 4 * 1024 * 1024,
  heldBack,
  closing: 30_000,
};

/**
 * Stands between a client of DigitalOcean's and the API: takes a ticket in place of a token, paces, sends on, and hands back only what is the
 * API's answer. What is not, is tried again or told as an error that a person can act on.
 * @example
 * const guard = await startGuard({ upstream: new URL("https://api.digitalocean.com"), account: "me", tokens, tickets, leases,
 *   pace: noPace, intents: noIntents, watch: noWatch, log: console.error });
 * spawn("pulumi", ["up"], { env: { ...process.env, DIGITALOCEAN_API_URL: guard.url, DIGITALOCEAN_TOKEN: ticket } });
 */
export async function startGuard(options: GuardOptions): Promise<Guard> {
  const limits = { ...defaultLimits, ...options.limits };
  const upstream = new Upstream(options.upstream, { ...defaultTimeouts, ...options.timeouts }, options.environment);
  const send = sender({
    ...options,
    upstream,
    clock: options.clock ?? systemClock,
    retry: { ...defaultRetry, ...options.retry },
    heldBack: limits.heldBack,
    right: new LatelyRight(),
  });
  const hosts = new Set<string>();
  const requests = new Requests({ ...options, send, hosts, bodyLimit: limits.requestBody });
  const { server, port } = await listen((request, response) => void requests.handle(request, response), limits);
  for (const host of ["127.0.0.1", "localhost"]) hosts.add(`${host}:${port}`);
  return {
    url: `http://127.0.0.1:${port}`,
    close: async () => {
      server.close();
      await withinTime(requests.settle(), limits.closing);
      await upstream.close();
      server.closeAllConnections();
    },
  };
}

async function withinTime(work: Promise<void>, milliseconds: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, milliseconds);
  });
  await Promise.race([work, late]);
  clearTimeout(timer);
}
