import { createServer } from "node:http";
import { once } from "node:events";
import type { AddressInfo } from "node:net";

import type { Application } from "../../oauth/applications";
import { authorizeOnLoopback, type LoopbackLinks } from "../../oauth/loopback-authorization";
import { TestAuthorizationServer } from "../sandbox/oauth/authorization-server";
import { Browser, type Page } from "../sandbox/oauth/browser";
import { applicationAt, consentPage, failureOf } from "./owner";

/** As the account's owner lives through it: link, consent, and back to the command on this machine. */
describe("an authorization on loopback", () => {
  let server: TestAuthorizationServer;
  let application: Application;
  let browser: Browser;
  beforeEach(async () => {
    server = await TestAuthorizationServer.open();
    const redirectUris = ["http://127.0.0.1/oauth/callback"];
    application = applicationAt(server, server.register({ name: "CLI", public: true, redirectUris }), { redirectUris });
    browser = new Browser();
  });
  afterEach(() => server.close());

  const now = () => server.clock.now();
  /** Begins, and hands the links out. */
  const start = async (scopes = ["read"]) => {
    let present: (links: LoopbackLinks) => void = () => undefined;
    const links = new Promise<LoopbackLinks>((resolve) => (present = resolve));
    const authorized = authorizeOnLoopback({ application, scopes, present, now });
    // Whoever looks at it later finds the failure then.
    authorized.catch(() => undefined);
    return { authorized, ...(await links) };
  };
  const decide = async (link: string, decision: "authorize" | "deny" = "authorize"): Promise<Page> => {
    const answer = await browser.submit(await consentPage(browser, link), decision);
    return browser.open(answer.location);
  };

  test("gives tokens, and shows a page without them", async () => {
    const { authorized, link } = await start();
    const page = await decide(link);
    const { grant } = await authorized;
    expect(server.isLetIn(grant.accessToken)).toBe(true);
    expect([page.status, page.text]).toEqual([200, expect.stringContaining("Access was granted")]);
    for (const secret of [grant.accessToken, grant.refreshToken!]) expect(page.text).not.toContain(secret);
  });

  test("begins as well at the address for the browser's command line", async () => {
    const { authorized, opener, link } = await start();
    const { status, location } = await browser.open(opener);
    expect([status, location]).toEqual([302, link]);
    await decide(location);
    await expect(authorized).resolves.toBeDefined();
  });

  test("works for an application with a secret, at the port that is registered", async () => {
    const free = createServer().listen({ host: "127.0.0.1", port: 0 });
    await once(free, "listening");
    const redirectUris = [`http://127.0.0.1:${(free.address() as AddressInfo).port}/oauth/callback`];
    free.close();
    await once(free, "close");
    application = applicationAt(server, server.register({ name: "Shop", redirectUris }), { redirectUris });
    const { authorized, link } = await start();
    await decide(link);
    await expect(authorized).resolves.toMatchObject({ scopes: ["read"] });
  });

  test("that is denied says so in both places", async () => {
    const { authorized, link } = await start();
    const page = await decide(link, "deny");
    expect([page.status, page.text]).toEqual([400, expect.stringContaining("denied the access")]);
    expect(await failureOf(authorized)).toMatchObject({ code: "AUTHORIZATION_REFUSED", error: "access_denied" });
  });

  test("is not ended by what somebody else sends", async () => {
    const { authorized, link } = await start();
    const redirect = new URL(link).searchParams.get("redirect_uri")!;
    for (const query of ["?code=x&state=guessed", "", "?error=access_denied"])
      expect((await browser.open(`${redirect}${query}`)).status).toBe(400);
    await decide(link);
    await expect(authorized).resolves.toBeDefined();
  });

  test("is not taken over by a code of the attacker's account", async () => {
    const attackers = await start();
    const { searchParams } = new URL(
      (await browser.submit(await consentPage(browser, attackers.link), "authorize")).location,
    );
    const { authorized, link } = await start();
    const { searchParams: own } = new URL(link);
    const query = new URLSearchParams({ code: searchParams.get("code")!, state: own.get("state")! });
    expect((await browser.open(`${own.get("redirect_uri")}?${query.toString()}`)).status).toBe(400);
    expect(await failureOf(authorized)).toMatchObject({ error: "invalid_grant" });
    const theirs = new URL(attackers.link).searchParams.get("redirect_uri")!;
    await browser.open(`${theirs}?${searchParams.toString()}`);
    await expect(attackers.authorized).resolves.toBeDefined();
  });

  test("that is answered too late says so", async () => {
    const { authorized, link } = await start();
    server.clock.advance(600_000);
    const page = await decide(link);
    expect([page.status, page.text]).toEqual([400, expect.stringContaining("came too late")]);
    expect(await failureOf(authorized)).toMatchObject({ reason: "expired" });
  });

  test("ends with the one who was to show the link", async () => {
    const present = () => Promise.reject(new Error("there is no terminal"));
    const error = await failureOf(authorizeOnLoopback({ application, scopes: [], present }));
    expect(error.message).toBe("there is no terminal");
  });
});
