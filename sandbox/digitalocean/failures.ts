import { randomUUID } from "node:crypto";
import type { Socket } from "node:net";

import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from "fastify";

import { operationAt, operations } from "./coverage";
import { ApiError, methodNotAllowed, notFound } from "./errors";

/** Every error has the original's form (`id`, `message`, `request_id`), and says nothing about the inside. */
export function answerErrors(app: FastifyInstance, log: (line: string) => void): void {
  app.setNotFoundHandler(nothingThere);
  app.setErrorHandler((error: FastifyError | ApiError, request, reply) => {
    const answer = asApiError(error);
    if (answer.status >= 500)
      log(`${request.method} ${request.routeOptions.url ?? ""}: ${error.stack ?? error.message}`);
    return sendError(answer, request, reply);
  });
}

/** Of a request that no route is for. */
export function nothingThere({ method, url }: FastifyRequest, reply: FastifyReply): never {
  const path = url.replace(/\?.*/, "");
  const allowed = methods.filter((one) => operationAt(one, path) !== undefined);
  if (allowed.length === 0) throw notFound();
  void reply.header("allow", allowed.join(", "));
  throw methodNotAllowed(method);
}

/** For what goes wrong before there is a route at all, such as a path that can't be decoded. */
export function answerFrameworkError(error: FastifyError, request: FastifyRequest, reply: FastifyReply): void {
  void reply.header("x-request-id", request.id);
  void sendError(asApiError(error), request, reply);
}

/** For what is no HTTP. There is no request yet: the answer is written by hand. */
export function answerClientError(error: Error & { readonly code?: string }, socket: Socket): void {
  // A client that went away needs no answer.
  if (error.code === "ECONNRESET" || !socket.writable) {
    socket.destroy();
    return;
  }
  const [line, id] = clientErrors[error.code ?? ""] ?? ["400 Bad Request", "bad_request"];
  const body = JSON.stringify({ id, message: "The request could not be understood.", request_id: randomUUID() });
  const headers = `content-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}\r\nconnection: close`;
  socket.end(`HTTP/1.1 ${line}\r\n${headers}\r\n\r\n${body}`);
}

const clientErrors: Readonly<Record<string, readonly [string, string]>> = {
  HPE_HEADER_OVERFLOW: ["431 Request Header Fields Too Large", "request_header_fields_too_large"],
  ERR_HTTP_REQUEST_TIMEOUT: ["408 Request Timeout", "request_timeout"],
};

const methods = [...new Set(operations.map(({ method }) => method))];

function sendError({ status, id, message }: ApiError, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  return reply.status(status).send({ id, message, request_id: request.id });
}

/** The framework's own errors, by their status. The original describes none of these; their form is the usual one. */
const usual: Readonly<Record<number, readonly [string, string]>> = {
  400: ["bad_request", "The request could not be understood."],
  413: ["request_entity_too_large", "The request body is too large."],
  414: ["uri_too_long", "The path of the request is too long."],
  415: ["unsupported_media_type", "The request body has to be JSON."],
};

function asApiError(error: FastifyError | ApiError): ApiError {
  if (error instanceof ApiError) return error;
  const status = error.statusCode ?? 500;
  const [id, message] = usual[status] ?? ["bad_request", "The request could not be understood."];
  return status < 500
    ? new ApiError(status, id, message)
    : new ApiError(500, "server_error", "Unexpected server-side error");
}
