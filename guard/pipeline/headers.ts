import type { HeaderFields } from "../../connections/answer";

/** What belongs to one connection alone (RFC 9110, 7.6.1), beside what a `connection` header names itself. */
const hopByHop = [
  "connection",
  "keep-alive",
  "proxy-authenticate",
  "proxy-authentication-info",
  "proxy-authorization",
  "proxy-connection",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
];

/** Of a client's request: its ticket, what is made anew for the API, and cookies, of which the API has none. */
const notUpstream = new Set([
  ...hopByHop,
  "authorization",
  "host",
  "content-length",
  "expect",
  "accept-encoding",
  "cookie",
]);

/** Of the API's answer: what is made anew for the client, and what speaks of another origin than the guard's. */
const notDownstream = new Set([
  ...hopByHop,
  "content-length",
  "content-encoding",
  "set-cookie",
  "alt-svc",
  "strict-transport-security",
  "www-authenticate",
  "clear-site-data",
]);

/** What of a client's headers goes on. */
export function endToEnd(headers: HeaderFields): HeaderFields {
  return without(headers, notUpstream);
}

/** For the API: uncompressed, because what is checked and held back would be unpacked at once. */
export function requestHeaders(headers: HeaderFields, token: string): Record<string, string | string[]> {
  return { ...without(headers, notUpstream), authorization: `Bearer ${token}`, "accept-encoding": "identity" };
}

/** What of the API's headers the client gets; nothing in which the token stands. */
export function answerHeaders(headers: HeaderFields, token: string): Record<string, string | string[]> {
  const kept = Object.entries(without(headers, notDownstream));
  return Object.fromEntries(kept.filter(([, value]) => !String(value).includes(token)));
}

function without(headers: HeaderFields, dropped: ReadonlySet<string>): Record<string, string | string[]> {
  const named = namedBy(headers.connection);
  const kept: Record<string, string | string[]> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (value === undefined || dropped.has(name) || named?.has(name) === true) continue;
    kept[name] = typeof value === "string" ? value : [...value];
  }
  return kept;
}

function namedBy(connection: string | readonly string[] | undefined): ReadonlySet<string> | undefined {
  if (connection === undefined || connection === "keep-alive" || connection === "close") return undefined;
  return new Set(
    String(connection)
      .split(",")
      .map((name) => name.trim().toLowerCase()),
  );
}
