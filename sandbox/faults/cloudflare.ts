import { randomBytes } from "node:crypto";

import type { Answer } from "./effect";

/** The host whose pages are imitated: DigitalOcean's API stands behind Cloudflare. */
const host = "api.digitalocean.com";

/** What marks an answer as one that came through Cloudflare: `server` and `cf-ray` (a number and a data centre). */
export function throughCloudflare(): { readonly server: string; readonly "cf-ray": string } {
  return { server: "cloudflare", "cf-ray": `${randomBytes(8).toString("hex")}-FRA` };
}

/** Answers that Cloudflare makes itself are to be kept by nobody. */
const uncached = {
  "cache-control": "private, max-age=0, no-store, no-cache, must-revalidate, post-check=0, pre-check=0",
  expires: "Thu, 01 Jan 1970 00:00:01 GMT",
  "referrer-policy": "same-origin",
  "x-frame-options": "SAMEORIGIN",
};

/** The page that wants a browser to prove that it is one. Its words and markers are the original's, its markup is not. */
export function challengePage(status: number): Answer {
  const headers = throughCloudflare();
  const ray = rayOf(headers);
  return html(
    status,
    {
      ...headers,
      ...uncached,
      "cf-mitigated": "challenge",
      "cross-origin-embedder-policy": "require-corp",
      "cross-origin-opener-policy": "same-origin",
      "cross-origin-resource-policy": "same-origin",
    },
    `<!DOCTYPE html>
<html lang="en-US">
<head>
<title>Just a moment...</title>
<meta name="robots" content="noindex,nofollow">
<meta http-equiv="refresh" content="360">
</head>
<body>
<h1>${host}</h1>
<p>Verifying you are human. This may take a few seconds.</p>
<noscript><p id="challenge-error-text">Enable JavaScript and cookies to continue</p></noscript>
<script>window._cf_chl_opt = { cRay: "${ray}", cZone: "${host}", cType: "managed" };</script>
<script src="/cdn-cgi/challenge-platform/h/g/orchestrate/chl_page/v1?ray=${ray}"></script>
<footer>Ray ID: <code>${ray}</code> Performance &amp; security by Cloudflare</footer>
</body>
</html>
`,
  );
}

export interface CloudflareError {
  readonly status: number;
  /** What the page says: Cloudflare's own codes are more than HTTP's. */
  readonly code: number;
  readonly title: string;
  readonly what: string;
  /** Only `error code: 520`, as programs get it that don't ask for HTML. */
  readonly plain: boolean;
  /** RFC 9457 with fields of its own, as programs get it that accept nothing but JSON. Comes before `plain`. */
  readonly json: boolean;
}

/** An error page of Cloudflare's: its title, code and ray, and nothing else of the original's markup. */
export function cloudflareError(error: CloudflareError, now: Date): Answer {
  const { status, code, title, what, plain, json } = error;
  const headers = { ...throughCloudflare(), ...uncached };
  if (json) return problem(error, headers, now);
  if (plain) return answer(status, { ...headers, "content-type": "text/plain; charset=UTF-8" }, `error code: ${code}`);
  return html(
    status,
    headers,
    `<!DOCTYPE html>
<html class="no-js" lang="en-US">
<head>
<title>${code >= 1000 ? `${title} | ${host} used Cloudflare to restrict access` : `${host} | ${code}: ${title}`}</title>
<meta name="robots" content="noindex, nofollow">
<link rel="stylesheet" id="cf_styles-css" href="/cdn-cgi/styles/main.css">
</head>
<body>
<div id="cf-wrapper">
<div id="cf-error-details">
<h1><span>${title}</span> <span class="code-label">Error code ${code}</span></h1>
<p>${now.toISOString().slice(0, 19).replace("T", " ")} UTC</p>
<h2>What happened?</h2>
<p>${what}</p>
<p>Cloudflare Ray ID: <strong>${rayOf(headers)}</strong></p>
</div>
</div>
</body>
</html>
`,
  );
}

/** The fields are those of developers.cloudflare.com, «Error responses». */
function problem(
  { status, code, title, what }: CloudflareError,
  headers: Readonly<Record<"cf-ray", string>>,
  now: Date,
): Answer {
  const ray = rayOf(headers);
  const body = {
    type: `https://developers.cloudflare.com/support/troubleshooting/http-status-codes/cloudflare-${code >= 1000 ? "1xxx" : "5xx"}-errors/error-${code}/`,
    title: `Error ${code}: ${title}`,
    status,
    detail: what,
    instance: ray,
    error_code: code,
    ray_id: ray,
    timestamp: now.toISOString(),
    zone: host,
    cloudflare_error: true,
    retryable: code < 525,
  };
  return answer(status, { ...headers, "content-type": "application/json; charset=utf-8" }, JSON.stringify(body));
}

export function html(status: number, headers: Readonly<Record<string, string>>, body: string): Answer {
  return answer(status, { ...headers, "content-type": "text/html; charset=UTF-8" }, body);
}

function answer(status: number, headers: Readonly<Record<string, string>>, body: string): Answer {
  return { status, headers, body: Buffer.from(body) };
}

function rayOf(headers: { readonly "cf-ray": string }): string {
  return headers["cf-ray"].replace(/-.*/, "");
}
