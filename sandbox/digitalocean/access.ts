import { createHash, timingSafeEqual } from "node:crypto";

import type { FastifyInstance, FastifyRequest } from "fastify";

import { findOperation, type Operation } from "./coverage";
import { missingScope, unauthorized } from "./errors";

/** Who a request is from, as its token says. */
export interface Caller {
  /** Names the token in limits and logs. Never the token itself. */
  readonly id: string;
  /**
   * What the token may do: everything, or what its scopes are for, such as `droplet:read`. The two that older tokens
   * have are scopes as well: `read` is for everything that only looks, `write` for everything else.
   */
  readonly scopes: "all" | readonly string[];
  /** UUID of the team the token is for. Absent: the account has but one. */
  readonly team?: string;
}

/** Knows the tokens. */
export interface Access {
  /** @returns undefined when the token is unknown, has run out or was revoked */
  authenticate(token: string): Caller | undefined;
  /**
   * Makes a caller's token invalid for good. Absent where no token can be.
   * @returns false when this one can't be
   */
  revoke?(callerId: string): boolean | Promise<boolean>;
}

declare module "fastify" {
  interface FastifyRequest {
    /** Absent in a request whose token is not let in. */
    caller: Caller | undefined;
  }
}

/** Lets one token in, which may do everything. */
export function oneToken(token: string): Access {
  return manyTokens({ [token]: "all" });
}

/**
 * Lets the given tokens in.
 * @example
 * manyTokens({ "dop_v1_…": ["droplet:read"] })
 */
export function manyTokens(scopes: Readonly<Record<string, Caller["scopes"]>>): Access {
  const known = Object.entries(scopes).map(([token, granted]) => ({
    hash: digest(token),
    caller: { id: digest(token).toString("hex").slice(0, 16), scopes: granted },
  }));
  return {
    authenticate(token) {
      const given = digest(token);
      return known.find(({ hash }) => timingSafeEqual(hash, given))?.caller;
    },
  };
}

/** @returns undefined when there is no bearer token in the header */
export function bearerToken({ headers }: Pick<FastifyRequest, "headers">): string | undefined {
  return /^bearer +([^\s]+) *$/i.exec(headers.authorization ?? "")?.[1];
}

/** Finds out whom each request is from. Comes before everything that depends on it, such as limits. */
export function identifyCallers(app: FastifyInstance, access: Access): void {
  app.decorateRequest("caller", undefined);
  app.addHook("onRequest", (request, _reply, next) => {
    const token = bearerToken(request);
    request.caller = token === undefined ? undefined : access.authenticate(token);
    next();
  });
}

/** From here on every request has to be from a known caller, and what it asks for has to be in the caller's scopes. */
export function requireAccess(app: FastifyInstance): void {
  app.addHook("onRequest", (request, _reply, next) => {
    const { caller } = request;
    if (caller === undefined) next(unauthorized());
    else next(request.is404 || isPermitted(caller, operationOf(request)) ? undefined : missingScope());
  });
}

/** A route that nobody described is for callers who may do everything. */
export function isPermitted({ scopes }: Caller, operation: Operation | undefined): boolean {
  if (scopes === "all") return true;
  if (operation === undefined) return false;
  if (scopes.includes(operation.method === "GET" ? "read" : "write")) return true;
  const has = (needed: readonly string[]): boolean => needed.every((scope) => scopes.includes(scope));
  return has(operation.scopes) || (operation.orScopes !== undefined && has(operation.orScopes));
}

function operationOf({ routeOptions, method }: FastifyRequest): Operation | undefined {
  if (routeOptions.url === undefined) return undefined;
  return findOperation(method === "HEAD" ? "GET" : method, routeOptions.url);
}

function digest(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}
