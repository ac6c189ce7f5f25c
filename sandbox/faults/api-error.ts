import type { ApiError } from "../digitalocean/errors";
import type { Answer, Exchange } from "./effect";

/**
 * An error in the API's own form.
 * @param lost the answer in whose place it comes: its headers stay, as those of the limits
 */
export function apiErrorAnswer(
  { status, id, message }: ApiError,
  { requestId }: Exchange,
  lost: Answer | undefined,
  headers: Readonly<Record<string, string>> = {},
): Answer {
  return {
    status,
    headers: {
      ...lost?.headers,
      ...headers,
      "content-type": "application/json; charset=utf-8",
      "x-request-id": requestId,
    },
    body: Buffer.from(JSON.stringify({ id, message, request_id: requestId })),
  };
}
