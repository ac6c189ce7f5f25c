import { cloudflareError } from "../cloudflare";
import { inPlace, requestKind } from "../kind";
import { choice, flag } from "../options";
import { applied } from "./applied";

/**
 * Cloudflare can't get an answer out of the API, and says so with a status of its own (developers.cloudflare.com,
 * «Cloudflare 5xx errors»). With 520 and 524, the request may well have been carried out: `applied`.
 */
export const edgeError = requestKind({
  name: "edge-error",
  about: "Cloudflare's own errors 520 to 526: it does not get through to the API",
  example: "edge-error --status 524 --applied --route 'POST /v2/droplets' --count 1",
  options: {
    status: choice([520, 521, 522, 523, 524, 525, 526], "which error"),
    plain: flag("only «error code: 520» as text, as programs get it that don't ask for HTML"),
    problem: flag(
      "as JSON, as programs get it that accept nothing else (godo, and with it Terraform's and Pulumi's provider)",
    ),
    applied,
  },
  effect: ({ status, plain, problem, applied: after }) =>
    inPlace(after, ({ world }) =>
      cloudflareError({ status, code: status, ...words[status], plain, json: problem }, world.clock.now()),
    ),
});

/** The titles are Cloudflare's. */
const words = {
  520: {
    title: "Web server is returning an unknown error",
    what: "The origin web server answered Cloudflare with something that it does not understand.",
  },
  521: { title: "Web server is down", what: "The origin web server refuses Cloudflare's connections." },
  522: { title: "Connection timed out", what: "Cloudflare could not connect to the origin web server in time." },
  523: { title: "Origin is unreachable", what: "Cloudflare knows no way to the origin web server." },
  524: {
    title: "A timeout occurred",
    what: "The origin web server took Cloudflare's connection, and did not answer the request in time.",
  },
  525: {
    title: "SSL handshake failed",
    what: "Cloudflare and the origin web server could not agree on an encryption.",
  },
  526: {
    title: "Invalid SSL certificate",
    what: "Cloudflare could not verify the certificate that the origin web server shows.",
  },
} as const;
