import type { FastifyInstance } from "fastify";

import type { Clock } from "../clock";
import { hourlyLimitReached, minuteLimitReached } from "./errors";

/** What one token may ask for, as DigitalOcean documents it. */
export const hourlyLimit = 5000;
export const minuteLimit = 250;
/** Listings of SSH keys have a limit of their own beside the others, by the minute. */
export const keyListingLimit = 10;

const minute = 60_000;
const hour = 3_600_000;

/** How a request stands with the limits. */
export interface Allowance {
  readonly allowed: boolean;
  /** Of the hour; none when the minute's are used up. */
  readonly remaining: number;
  /** When the oldest request of the hour no longer counts, in seconds since 1970. */
  readonly reset: number;
  /** Seconds until the next one is let in, when it is the minute's limit that refuses this one. */
  readonly retryAfter?: number;
}

/** When a caller's requests came, oldest first. Each counts for an hour of its own, and the last ones for the minute. */
interface Log {
  readonly times: number[];
  /** Where the last hour and the last minute begin in it. */
  hour: number;
  minute: number;
}

/** Counts requests by caller, and says when it is too many. A refused request does not count. */
export class RateLimiter {
  /** Switched off, it counts, and refuses nothing. */
  enabled: boolean;
  private readonly logs = new Map<string, Log>();

  constructor(
    private readonly clock: Clock,
    { enabled = true }: { readonly enabled?: boolean } = {},
  ) {
    this.enabled = enabled;
  }

  /**
   * A request comes in.
   * @param listsKeys whether it is for the list of SSH keys
   */
  take(caller: string, listsKeys = false): Allowance {
    const now = this.clock.now().getTime();
    const log = this.logOf(caller, now);
    const listings = listsKeys ? this.logOf(`${caller} lists keys`, now) : undefined;
    const inHour = log.times.length - log.hour;
    const reset = Math.ceil(((log.times[log.hour] ?? now) + hour) / 1000);
    if (this.enabled && inHour >= hourlyLimit) return { allowed: false, remaining: 0, reset };
    const retryAfter = Math.max(
      wait(log, minuteLimit, now),
      listings === undefined ? 0 : wait(listings, keyListingLimit, now),
    );
    if (this.enabled && retryAfter > 0) return { allowed: false, remaining: 0, reset, retryAfter };
    note(log, now);
    if (listings !== undefined) note(listings, now);
    return { allowed: true, remaining: Math.max(0, hourlyLimit - inHour - 1), reset };
  }

  /** Everybody begins anew. */
  reset(): void {
    this.logs.clear();
  }

  private logOf(caller: string, now: number): Log {
    const known = this.logs.get(caller);
    if (known !== undefined) {
      forget(known, now);
      return known;
    }
    for (const [other, log] of this.logs) if ((log.times.at(-1) ?? 0) <= now - hour) this.logs.delete(other);
    const made = { times: [], hour: 0, minute: 0 };
    this.logs.set(caller, made);
    return made;
  }
}

function forget(log: Log, now: number): void {
  const { times } = log;
  while (log.hour < times.length && (times[log.hour] ?? 0) <= now - hour) log.hour++;
  log.minute = Math.max(log.minute, log.hour);
  while (log.minute < times.length && (times[log.minute] ?? 0) <= now - minute) log.minute++;
}

/** Seconds until there are fewer than the limit in the last minute; 0 when there are. */
function wait({ times, minute: begin }: Log, limit: number, now: number): number {
  if (times.length - begin < limit) return 0;
  return Math.max(1, Math.ceil(((times[begin] ?? now) + minute - now) / 1000));
}

function note(log: Log, now: number): void {
  log.times.push(now);
  // Without limits, more than can be used up is not remembered.
  if (log.times.length - log.hour > hourlyLimit) log.hour++;
  if (log.hour < 2 * hourlyLimit) return;
  // Now and then, so that it costs nothing on the average.
  log.times.splice(0, log.hour);
  log.minute = Math.max(0, log.minute - log.hour);
  log.hour = 0;
}

/** Puts the state of the limits on every answer, and refuses what is too much. Comes after the callers are known. */
export function limitRequests(app: FastifyInstance, limiter: RateLimiter): void {
  app.addHook("onRequest", (request, reply, next) => {
    const { allowed, remaining, reset, retryAfter } = limiter.take(
      request.caller?.id ?? `nobody at ${request.ip}`,
      request.method === "GET" && request.routeOptions.url === "/v2/account/keys",
    );
    void reply.headers({
      "ratelimit-limit": String(hourlyLimit),
      "ratelimit-remaining": String(remaining),
      "ratelimit-reset": String(reset),
      ...(retryAfter === undefined ? {} : { "retry-after": String(retryAfter) }),
    });
    if (allowed) next();
    else next(retryAfter === undefined ? hourlyLimitReached() : minuteLimitReached());
  });
}
