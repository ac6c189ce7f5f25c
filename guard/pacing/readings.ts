import { z } from "zod";

import type { HeaderFields } from "../../connections/answer";
import { documentedLimit } from "./limits";

/** What an answer says of the limits. */
export interface Reading {
  readonly hour?: {
    readonly limit: number;
    readonly remaining: number;
    /** When the oldest request that counts no longer does, in milliseconds since 1970. */
    readonly reset: number;
  };
  /** Until when the API wants to be left alone, in milliseconds since 1970. */
  readonly quietUntil?: number;
}

const second = 1000;
/** Nothing that the API says of its limits is about more than an hour; what says more is an error, or hostile. */
const longest = 3_600_000;
/** After a 429 that says nothing: as long as clients of DigitalOcean's wait at most between two tries. */
const unsaid = 30_000;

const count = z
  .string()
  .regex(/^\d{1,9}$/)
  .transform(Number);
const time = z.string().regex(/^\d{1,12}$/);

/** Header fields are taken for what they are when they are numbers that can be true, and for absent otherwise. */
export function read(status: number, headers: HeaderFields, now: number): Reading {
  const asked = status >= 400 ? retryAfter(headers["retry-after"], now) : undefined;
  const hour = hourly(headers, now);
  if (status !== 429) return { ...(hour === undefined ? {} : { hour }), ...quiet(asked, now) };
  // Refused for the minute, «remaining» may be the minute's: it is not taken for the hour's.
  if (asked !== undefined) return quiet(asked, now);
  if (hour === undefined || hour.remaining > 0) return quiet(now + unsaid, now);
  return { hour, ...quiet(Math.max(hour.reset, now + second), now) };
}

function hourly(headers: HeaderFields, now: number): Reading["hour"] {
  const limit = count.safeParse(headers["ratelimit-limit"]);
  const remaining = count.safeParse(headers["ratelimit-remaining"]);
  if (!limit.success || !remaining.success || limit.data < 1 || remaining.data > limit.data) return undefined;
  const reset = time.safeParse(headers["ratelimit-reset"]);
  // Without it, the next look is when a request that counts now is certain to count no longer.
  const at = reset.success ? Number(reset.data) * second : now + longest;
  return { limit: limit.data, remaining: remaining.data, reset: Math.min(at, now + longest) };
}

/** Seconds, or a date (RFC 9110, 10.2.3). */
function retryAfter(value: HeaderFields[string], now: number): number | undefined {
  if (typeof value !== "string") return undefined;
  const seconds = count.safeParse(value.trim());
  if (seconds.success) return now + seconds.data * second;
  const date = Date.parse(value);
  return /[a-z]{3}/i.test(value) && Number.isFinite(date) ? date : undefined;
}

function quiet(until: number | undefined, now: number): Pick<Reading, "quietUntil"> {
  return until === undefined || until <= now ? {} : { quietUntil: Math.min(until, now + longest) };
}

/** What is known of the requests to an account that do not come through here: in an hour, and at its least in two minutes, one after the other. */
export interface Others {
  readonly hour: number;
  /** When that was learned, in milliseconds since 1970; 0: never. */
  readonly seen: number;
  readonly low: number;
  readonly lowBefore: number;
  readonly lowSince: number;
  /** See {@link Reading.hour}. */
  readonly reset: number;
  readonly limit: number;
}

export const nobody: Others = {
  hour: 0,
  seen: 0,
  low: 0,
  lowBefore: 0,
  lowSince: 0,
  reset: 0,
  limit: documentedLimit.hour,
};

const minute = 60_000;

/** Requests of ours that count in the hour. The API has counted all that were answered, and perhaps some of the others. */
export interface Ours {
  readonly answered: number;
  readonly open: number;
}

/**
 * What the API counts and we do not is somebody else's: other programs, other machines, the hour before our file was removed. A request on its
 * way is not taken for somebody else's; what that hides is soon shown by the next answer, and the reserve is there until then.
 */
export function learn(
  before: Others,
  { limit, remaining, reset }: NonNullable<Reading["hour"]>,
  { answered, open }: Ours,
  now: number,
): Others {
  const most = Math.max(0, limit - remaining - answered);
  const hour = Math.max(0, most - open);
  const age = now - before.lowSince;
  const common = { hour, seen: now, reset, limit };
  // The least that they can have risen by is from the most that they can have been.
  if (age >= 2 * minute) return { ...common, low: most, lowBefore: most, lowSince: now };
  if (age >= minute) return { ...common, low: most, lowBefore: before.low, lowSince: before.lowSince + minute };
  return { ...common, low: Math.min(before.low, most), lowBefore: before.lowBefore, lowSince: before.lowSince };
}

/** What of it counts now. Of the minute there is no word from the API: it is what the hour's number has risen by since its least. */
export function counting({ hour, seen, low, lowBefore, limit }: Others, now: number): { hour: number; minute: number } {
  if (now - seen >= longest) return { hour: 0, minute: 0 };
  return {
    // An account may have a higher limit than we make use of: others use that part first.
    hour: Math.max(0, hour - Math.max(0, limit - documentedLimit.hour)),
    minute: now - seen >= minute ? 0 : Math.max(0, hour - Math.min(low, lowBefore)),
  };
}
