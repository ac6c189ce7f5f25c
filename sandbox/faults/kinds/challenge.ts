import { challengePage } from "../cloudflare";
import { inPlace, requestKind } from "../kind";
import { choice } from "../options";
import { applied } from "./applied";

/**
 * Cloudflare takes a program for a robot and answers with a page that only a browser can get past. It did so to users of
 * DigitalOcean's API (github.com/jeevatkm/digitalocean-api-java/issues/111). Its sure mark is the header
 * `cf-mitigated: challenge` (developers.cloudflare.com, «Detect a Challenge Page response»); the status is 403 today,
 * was 503, and sites that answer it with 200 exist: there a client finds HTML where it parses JSON, as in
 * github.com/digitalocean/terraform-provider-digitalocean/issues/117.
 */
export const challenge = requestKind({
  name: "challenge",
  about: "Cloudflare's «Just a moment...» page in place of the answer",
  example: "challenge --status 403 --route 'GET /v2/droplets/*' --count 2",
  options: { status: choice([403, 503, 200], "the page's status"), applied },
  effect: ({ status, applied: after }) => inPlace(after, () => challengePage(status)),
});
