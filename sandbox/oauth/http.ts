import type { FastifyReply, FastifyRequest } from "fastify";

import { styleHash } from "./pages";

/** Also the issuer, by which a client knows which server has answered it (RFC 9207). */
export function originOf({ protocol, host }: FastifyRequest): string {
  return `${protocol}://${host}`;
}

/** Undecoded. */
export function queryOf({ url }: FastifyRequest): string {
  const at = url.indexOf("?");
  return at < 0 ? "" : url.slice(at + 1);
}

export function bodyOf({ body }: FastifyRequest): string {
  return typeof body === "string" ? body : "";
}

/**
 * Sends a page that nothing can be put into, that no other page can frame, and that runs no script.
 * @param destination what its form may lead to, beside ourselves: browsers hold redirects of a form to the policy too
 */
export function sendPage(reply: FastifyReply, status: number, page: string, destination = ""): FastifyReply {
  const policy = [
    "default-src 'none'",
    `style-src ${styleHash}`,
    `form-action 'self' ${destination}`.trim(),
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ];
  return reply
    .status(status)
    .headers({
      "content-type": "text/html; charset=utf-8",
      "content-security-policy": policy.join("; "),
      "x-frame-options": "DENY",
      // Not `no-referrer`: browsers would send the form with `Origin: null`.
      "referrer-policy": "same-origin",
    })
    .send(page);
}
