import { account, redirectUri, TestAuthorizationServer } from "./authorization-server";
import { Browser, formOf } from "./browser";

describe("the consent page", () => {
  let server: TestAuthorizationServer;
  let browser: Browser;
  beforeEach(async () => {
    server = await TestAuthorizationServer.open();
    browser = new Browser();
  });
  afterEach(() => server.close());

  test("says who wants what of whom", async () => {
    const { status, text } = await browser.open(
      server.authorizeUrl({ scope: "droplet:read droplet:create account:read" }),
    );
    expect(status).toBe(200);
    for (const words of [
      "<strong>Shop</strong>",
      account.email,
      "See and create droplets",
      "See the account&#39;s details",
      "My Team",
      "Empty Team",
      "client.example",
      "Authorize application",
      "Deny",
    ])
      expect(text).toContain(words);
  });

  test("names read and write in words", async () => {
    const { text } = await browser.open(server.authorizeUrl({ scope: "read write" }));
    expect(text).toContain("See everything in the team");
    expect(text).toContain("Create, change and delete anything in the team");
  });

  test("lets the owner choose what may be done when the application does not say", async () => {
    const page = await browser.open(server.authorizeUrl());
    expect(formOf(page).fields).toMatchObject({ grant: "read" });
    const { location } = await browser.submit(page, "authorize", { grant: "read write" });
    const code = new URL(location).searchParams.get("code")!;
    const answer = await server.post("/v1/oauth/token", server.exchangeOf(code));
    expect(answer.body.scope).toBe("read write");
  });

  test("grants nothing that it does not offer", async () => {
    const page = await browser.open(server.authorizeUrl());
    expect((await browser.submit(page, "authorize", { grant: "droplet:create" })).status).toBe(400);
    const asked = await browser.open(server.authorizeUrl({ scope: "read" }));
    const { location } = await browser.submit(asked, "authorize", { grant: "read write", scope: "read write" });
    const code = new URL(location).searchParams.get("code")!;
    expect((await server.post("/v1/oauth/token", server.exchangeOf(code))).body.scope).toBe("read");
  });

  test("grants for the team that was chosen", async () => {
    const page = await browser.open(server.authorizeUrl({ scope: "read" }));
    const { location } = await browser.submit(page, "authorize", { team: account.teams[1]!.uuid });
    const code = new URL(location).searchParams.get("code")!;
    const { body } = await server.post("/v1/oauth/token", server.exchangeOf(code));
    expect(body.info).toMatchObject({ team_uuid: account.teams[1]!.uuid, team_name: "Empty Team" });
  });

  test("knows no team but the account's", async () => {
    const page = await browser.open(server.authorizeUrl({ scope: "read" }));
    const answer = await browser.submit(page, "authorize", { team: "another" });
    expect([answer.status, answer.location]).toEqual([400, ""]);
  });

  test("tells the application of a denial, and nothing else", async () => {
    const page = await browser.open(server.authorizeUrl({ scope: "read", state: "s" }));
    const { status, location } = await browser.submit(page, "deny");
    expect(status).toBe(303);
    expect(Object.fromEntries(new URL(location).searchParams)).toEqual({
      error: "access_denied",
      error_description: "The resource owner or authorization server denied the request.",
      state: "s",
      iss: server.origin,
    });
  });

  test("takes no decision for consent but the button's", async () => {
    const page = await browser.open(server.authorizeUrl({ scope: "read" }));
    const { action, fields } = formOf(page);
    const answer = await browser.send(`${server.origin}${action}`, new URLSearchParams(fields), {
      origin: server.origin,
    });
    expect(new URL(answer.location).searchParams.get("error")).toBe("access_denied");
  });

  test.each([
    ["plain", "0807edf7d85e5d"],
    ["with everything that has a meaning", "a=b&c#d?e/f%20g+h;i\"<j>'k\\l"],
    ["in two lines", "one\r\ntwo\nthree\rfour"],
    ["in other scripts", "日本語 🦈 ß"],
    ["that would be code", "${7*7}{{7*7}}<%= 7 %>"],
  ])("gives the state back untouched: %s", async (_, state) => {
    const page = await browser.open(server.authorizeUrl({ scope: "read", state }));
    for (const decision of ["authorize", "deny"] as const) {
      const { location } = await browser.submit(page, decision);
      expect(new URL(location).searchParams.getAll("state")).toEqual([state]);
    }
  });

  test("gives no state back where none came", async () => {
    const page = await browser.open(server.authorizeUrl({ scope: "read" }));
    expect(new URL((await browser.submit(page, "authorize")).location).searchParams.has("state")).toBe(false);
  });

  test("says which server it is", async () => {
    const page = await browser.open(server.authorizeUrl({ scope: "read" }));
    const { location } = await browser.submit(page, "authorize");
    expect(location).toMatch(new RegExp(`^${redirectUri}\\?`));
    expect(new URL(location).searchParams.get("iss")).toBe(server.origin);
  });

  test("without anything shown, answers what was consented to before", async () => {
    const silent = (more: Record<string, string> = {}) =>
      browser.open(server.authorizeUrl({ prompt: "none", scope: "read", state: "s", ...more }));
    const error = async (more?: Record<string, string>) =>
      new URL((await silent(more)).location).searchParams.get("error");
    expect(await error()).toBe("consent_required");
    await server.tokens({ scope: "read" });
    const { location } = await silent();
    const code = new URL(location).searchParams.get("code")!;
    expect((await server.post("/v1/oauth/token", server.exchangeOf(code))).body.scope).toBe("read");
    expect(await error({ scope: "read write" })).toBe("consent_required");
    expect(await error({ i: account.uuid.slice(0, 6) })).toBeNull();
    expect(await error({ i: "ffffff" })).toBe("login_required");
  });
});
