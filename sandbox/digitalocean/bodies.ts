import type { FastifyInstance } from "fastify";

import { ApiError } from "./errors";

/**
 * Reads JSON from every request that has a body. Clients send a content type with requests that have none, a body with
 * DELETE, and JSON under another type; what is said to be a form is not tried.
 */
export function readBodies(app: FastifyInstance): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser("*", { parseAs: "string" }, ({ headers }, body, done) => {
    const text = body.toString();
    if (text.trim() === "") done(null, undefined);
    else if (isForm(headers["content-type"])) done(notJson());
    else parse(text, done);
  });
}

function parse(text: string, done: (error: Error | null, body?: unknown) => void): void {
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    done(new ApiError(400, "bad_request", "The request body is not valid JSON."));
    return;
  }
  done(null, body);
}

function isForm(type: string | undefined): boolean {
  return /^(application\/x-www-form-urlencoded|multipart\/)/i.test(type ?? "");
}

function notJson(): ApiError {
  return new ApiError(415, "unsupported_media_type", "The request body has to be JSON.");
}
