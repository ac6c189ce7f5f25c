import { createHash } from "node:crypto";

import { z } from "zod";

import type { Exchange } from "./effect";
import { hinted, optional, otherwise, text } from "./options";
import { isOnRoute, namePattern, parseRoute } from "./patterns";

const nonEmpty = (value: string): boolean => value !== "";

/** What chooses among requests. */
export const requestOptions = {
  route: otherwise(
    text(
      'which requests, such as "GET /v2/droplets/*" (default: "*", all)',
      'a route such as "POST /v2/droplets", "GET /v2/droplets/*", "/v2/domains/**" or "*"',
      (value) => parseRoute(value) !== undefined,
      "route",
    ),
    "*",
  ),
  token: optional(
    hinted(z.string({ error: "a token" }).min(1, { error: "a token" }), {
      value: "file",
      type: "secret",
      about: "only requests with the token that is in this file",
    }),
  ),
};

/** What chooses among actions. */
export const actionOptions = {
  droplet: optional(dropletName("only actions on droplets with this name, such as web-*")),
};

export function dropletName(about: string): z.ZodString {
  return text(about, "a droplet's name, in which * stands for any characters", nonEmpty, "name");
}

const requestSchema = z.object(requestOptions);
const actionSchema = z.object(actionOptions);

export function concernedExchanges(definition: unknown): (exchange: Exchange) => boolean {
  const { route: wanted, token } = requestSchema.parse(definition);
  const route = parseRoute(wanted);
  const hash = token === undefined ? undefined : hashOf(token);
  return ({ method, path, tokenHash }) =>
    route !== undefined && isOnRoute(route, method, path) && (hash === undefined || hash === tokenHash);
}

export function concernedActions(definition: unknown): (droplet: string | undefined) => boolean {
  const { droplet: wanted } = actionSchema.parse(definition);
  if (wanted === undefined) return () => true;
  const names = namePattern(wanted);
  return (droplet) => droplet !== undefined && names.test(droplet);
}

/** How a token is remembered and compared. */
export function hashOf(token: string): string {
  return createHash("sha256").update(token).digest("hex");
}

/** A definition as it may be shown. */
export function withoutSecrets(definition: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const { token, ...shown } = definition;
  return typeof token === "string" ? { ...shown, token: `sha256:${hashOf(token).slice(0, 16)}…` } : shown;
}
