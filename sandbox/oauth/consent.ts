import { createHmac, randomBytes, timingSafeEqual } from "node:crypto";

import { errorPage } from "./pages";

/**
 * Binds a consent form to the browser it was shown in and to what it says: the browser has a cookie, the form a signature
 * of both. A form that another site sends has neither.
 */
export class ConsentForms {
  /** Forms that were open when the sandbox was started anew have to be shown again. */
  private readonly key = randomBytes(32);

  /**
   * @param browser the cookie's value
   * @param request what the form is about
   */
  sign(browser: string, request: string): string {
    return createHmac("sha256", this.key)
      .update(JSON.stringify([browser, request]))
      .digest("hex");
  }

  isSigned(browser: string, request: string, signature: string): boolean {
    const wanted = Buffer.from(this.sign(browser, request));
    const given = Buffer.from(signature);
    return wanted.length === given.length && timingSafeEqual(wanted, given);
  }
}

const cookieName = "sandbox_consent";

/** What the browser was given before, if it is what we give. */
export function browserOf(cookies: string | undefined): string | undefined {
  return new RegExp(`(?:^|; *)${cookieName}=([0-9a-f]{32})(?:;|$)`).exec(cookies ?? "")?.[1];
}

export function newBrowser(): string {
  return randomBytes(16).toString("hex");
}

/** Not sent with a form of another site, and only to the page that needs it. */
export function browserCookie(browser: string, path: string, secure: boolean): string {
  return `${cookieName}=${browser}; Path=${path}; Max-Age=3600; HttpOnly; SameSite=Lax${secure ? "; Secure" : ""}`;
}

/**
 * Whether a request to the pages is from this machine's own browser and for us: a name that somebody else's DNS leads to
 * loopback with would make their page one of ours.
 */
export function isLoopbackHost(hostname: string): boolean {
  return /^(127\.0\.0\.1|\[::1\]|localhost|[a-z0-9-]+\.localhost)$/i.test(hostname);
}

/** Whether a browser says that a form comes from another place than our own page. */
export function isForeign(headers: { origin?: string | undefined; "sec-fetch-site"?: unknown }, own: string): boolean {
  const site = headers["sec-fetch-site"];
  return (headers.origin !== undefined && headers.origin !== own) || (site !== undefined && site !== "same-origin");
}

export const staleForm = errorPage(
  "This form is not one that the sandbox has shown in this browser, or it is out of date. Go back to the application " +
    "and start again.",
);
