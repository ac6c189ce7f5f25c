import type { FastifyRequest } from "fastify";
import { z } from "zod";

import { notFound, unprocessable } from "./errors";

/**
 * The body in the form the schema has; keys it does not know are passed over, as in the original.
 * @throws ApiError 422 that names the first thing that is wrong
 */
export function bodyOf<Schema extends z.ZodType>(request: FastifyRequest, schema: Schema): z.output<Schema> {
  const result = schema.safeParse(request.body ?? {});
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  throw unprocessable(`${issue?.path.join(".") ?? "body"}: ${issue?.message ?? "is not valid"}`);
}

/** A part of the path, as text. */
export function parameter(request: FastifyRequest, name: string): string {
  const value = z.record(z.string(), z.string()).parse(request.params)[name];
  if (value === undefined) throw notFound();
  return value;
}

/** A part of the path that has to be a number; nothing is found under another. */
export function numberParameter(request: FastifyRequest, name: string): number {
  const text = parameter(request, name);
  if (!/^\d+$/.test(text)) throw notFound();
  return Number(text);
}

/** One value of the query; undefined when it is not there. */
export function query(request: FastifyRequest, name: string): string | undefined {
  return new URL(request.url, "http://localhost").searchParams.get(name) ?? undefined;
}
