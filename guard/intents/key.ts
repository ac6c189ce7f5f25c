import { createHash } from "node:crypto";

import type { GuardedRequest } from "../exchange";

/** By which a write is found again that a client sends once more: method, path, query and body, whatever the order of the body's fields. */
export function keyOf({
  method,
  path,
  query,
  body,
}: Pick<GuardedRequest, "method" | "path" | "query" | "body">): string {
  const hash = createHash("sha256").update(`${method} ${path}${query}\n`);
  const value = bodyOf(body);
  return (value === undefined ? hash.update(body) : hash.update(JSON.stringify(inOrder(value)))).digest("base64url");
}

/** @returns undefined when it is no JSON object */
export function bodyOf(body: Buffer): object | undefined {
  try {
    const value: unknown = JSON.parse(body.toString("utf8"));
    return typeof value === "object" && value !== null && !Array.isArray(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function inOrder(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(inOrder);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1));
  return entries.map(([name, inner]) => [name, inOrder(inner)]);
}
