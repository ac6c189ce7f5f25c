import type { HeaderFields } from "../../connections/answer";

/** How often and how long a request is tried. */
export interface RetryPolicy {
  /** Of one request, the first included. Default: 6. */
  readonly attempts: number;
  /** Milliseconds over all attempts and the pauses between them, but not what pacing takes. Default: 150 s, so that the end of a minute's limit is waited for. */
  readonly total: number;
  /** The first pause, in milliseconds; each further one is twice as long. Default: 500. */
  readonly base: number;
  /** The longest pause that is chosen here; one that the API asks for may be longer. Default: 20 s. */
  readonly longest: number;
  /** From 0 to 1. Default: `Math.random`. */
  readonly random: () => number;
}

export const defaultRetry: RetryPolicy = {
  attempts: 6,
  total: 150_000,
  base: 500,
  longest: 20_000,
  random: Math.random,
};

/**
 * @param attempt how many there have been
 * @returns milliseconds: half of it fixed, half by chance, so that those who failed together do not come back together
 */
export function pause(policy: RetryPolicy, attempt: number): number {
  const full = Math.min(policy.longest, policy.base * 2 ** (attempt - 1));
  return full / 2 + (full / 2) * policy.random();
}

/**
 * How long the API asks to wait, in milliseconds: `retry-after` in seconds or as a date (RFC 9110, 10.2.3), else until `ratelimit-reset`
 * (seconds since 1970), when nothing remains.
 */
export function waitAskedFor(headers: HeaderFields, now: number): number | undefined {
  const after = one(headers["retry-after"])?.trim();
  if (after !== undefined) {
    if (/^\d{1,9}$/.test(after)) return Number(after) * 1000;
    const date = Date.parse(after);
    if (!Number.isNaN(date)) return Math.max(0, date - now);
  }
  const reset = one(headers["ratelimit-reset"])?.trim();
  if (one(headers["ratelimit-remaining"])?.trim() === "0" && reset !== undefined && /^\d{1,12}$/.test(reset))
    return Math.max(0, Number(reset) * 1000 - now);
  return undefined;
}

function one(header: string | readonly string[] | undefined): string | undefined {
  return typeof header === "object" ? header[0] : header;
}
