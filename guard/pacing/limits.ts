/**
 * How often DigitalOcean lets itself be asked: 5000 requests an hour and 250 a minute, each request counting for an hour and a
 * minute of its own (`ratelimit-reset` is «the time when the oldest request will expire»; DigitalOcean OpenAPI, shared/headers.yml).
 */
export const documentedLimit = { hour: 5000, minute: 250 } as const;

/** What is left to a person at the console and to programs that do not come through here: 1 in 25, so 240 a minute and 4800 an hour are used. */
export const reserve = 1 / 25;

/**
 * What a stack that has had its fair share leaves to the others, so that one which begins finds the window open: 1 in 5 of a minute's
 * requests, 1 in 10 of an hour's.
 */
export const newcomers = { hour: 1 / 10, minute: 1 / 5 } as const;

/**
 * For how long a request counts here, in seconds: a little longer than at the API, since two clocks drift apart by up to 1.8 s an hour
 * before NTP steps in (500 ppm).
 */
export const span = { hour: 3602, minute: 61 } as const;

export type Window = keyof typeof span;
export const windows: readonly Window[] = ["minute", "hour"];

/** How many requests may count in each window. */
export type Caps = Readonly<Record<Window, number>>;

/**
 * @param hourly as the API says it in `ratelimit-limit`; a higher one than is documented is not made use of
 */
export function capsOf(hourly: number = documentedLimit.hour): Caps {
  const share = Math.min(1, hourly / documentedLimit.hour) * (1 - reserve);
  return {
    hour: Math.max(1, Math.floor(documentedLimit.hour * share)),
    minute: Math.max(1, Math.floor(documentedLimit.minute * share)),
  };
}

/**
 * «Only 10 `GET` requests to the `/v2/account/keys` endpoint to list SSH keys can be made per 60 seconds», beside the other limits (DigitalOcean
 * OpenAPI, «Rate limit»). None is kept in reserve: who lists keys at the console meets an error that passes, and so would we. That of CDN endpoints
 * (5 in 10 seconds) is not kept: nothing of ours asks for them.
 */
const keyListings: Caps = { hour: documentedLimit.hour, minute: 10 };

export function isKeyListing({ method, path }: { readonly method: string; readonly path: string }): boolean {
  return method === "GET" && /^\/v2\/account\/keys\/?$/.test(path);
}

const keysOf = " (listings of SSH keys)";

/** Under which name an account's listings of SSH keys are counted, as if they were an account of their own. */
export function keyListingsOf(account: string): string {
  return `${account}${keysOf}`;
}

export function areKeyListings(account: string): boolean {
  return account.endsWith(keysOf);
}

/** @param hourly see {@link capsOf} */
export function capsFor(account: string, hourly: number): Caps {
  return areKeyListings(account) ? keyListings : capsOf(hourly);
}
