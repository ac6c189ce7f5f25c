import { randomBytes } from "node:crypto";

import { Application, type ApplicationFacts } from "../../oauth/applications";
import { type Client, redirectUri, type TestAuthorizationServer } from "../sandbox/oauth/authorization-server";
import { Browser, type Page } from "../sandbox/oauth/browser";

/** A client of the sandbox's authorization server, as it is configured here. */
export function applicationAt(
  server: TestAuthorizationServer,
  client: Client = server.client,
  facts: Partial<ApplicationFacts> = {},
): Application {
  return new Application(
    {
      name: "Shop",
      clientId: client.id,
      redirectUris: [redirectUri],
      oauthUrl: `${server.origin}/v1/oauth`,
      issuer: server.origin,
      issuerRequired: false,
      refreshAt: "token",
      ...facts,
    },
    client.secret === "" ? undefined : client.secret,
  );
}

/** What the account's owner does in a browser: looks at the page, presses a button, and is sent back. */
export async function decide(
  link: string,
  decision: "authorize" | "deny" = "authorize",
  chosen: Readonly<Record<string, string>> = {},
): Promise<URL> {
  const browser = new Browser();
  const answer = await browser.submit(await consentPage(browser, link), decision, chosen);
  return new URL(answer.location);
}

export async function consentPage(browser: Browser, link: string): Promise<Page> {
  const page = await browser.open(link);
  if (page.status !== 200) throw new Error(`the consent page answered ${page.status}: ${page.text}`);
  return page;
}

export function newSession(): string {
  return randomBytes(32).toString("base64url");
}

/** The error that something ends with. */
export async function failureOf(promise: Promise<unknown>): Promise<Error & Readonly<Record<string, unknown>>> {
  try {
    await promise;
  } catch (error) {
    // Not by its class: in Jest, Node's own errors have another one.
    if (typeof error === "object" && error !== null) return error as Error & Readonly<Record<string, unknown>>;
  }
  throw new Error("it did not fail");
}
