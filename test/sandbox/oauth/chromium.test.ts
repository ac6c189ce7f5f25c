import { existsSync, readFileSync } from "node:fs";
import { createServer, type Server } from "node:http";

import type { AxeResults } from "axe-core";
import { type Browser, chromium, type Page } from "playwright-core";

import { TestAuthorizationServer, tokensIn } from "./authorization-server";

/** Debian's. Where it is not installed, the page is tested without a browser alone. */
const executablePath = "/usr/bin/chromium";

if (!existsSync(executablePath)) {
  test("the consent page is not looked at in a browser: there is no Chromium on this machine", () => {
    expect(existsSync(executablePath)).toBe(false);
  });
} else describe("the consent page in Chromium", consentInChromium);

function consentInChromium(): void {
  let browser: Browser;
  let server: TestAuthorizationServer;
  /** An application's own server, and one of somebody else: what they serve is set by the test. */
  let application: Site;
  let stranger: Site;
  let page: Page;
  const complaints: string[] = [];

  beforeAll(async () => {
    browser = await chromium.launch({ executablePath, args: ["--no-sandbox", "--no-proxy-server"] });
  });
  afterAll(() => browser.close());
  beforeEach(async () => {
    server = await TestAuthorizationServer.open();
    application = await Site.open("127.0.0.1");
    // Another site to a browser, although it is the same machine.
    stranger = await Site.open("localhost");
    server.client = server.register({ name: "Shop", redirectUris: [callback()] });
    page = await (await browser.newContext()).newPage();
    complaints.length = 0;
    page.on("console", (message) => {
      if (message.type() === "error") complaints.push(message.text());
    });
  });
  afterEach(async () => {
    await page.context().close();
    await Promise.all([application.close(), stranger.close(), server.close()]);
  });

  const callback = () => `${application.origin}/callback`;
  const url = (more: Record<string, string> = {}) =>
    server.authorizeUrl({ redirect_uri: callback(), scope: "read droplet:create", ...more });

  test("leads through the whole dance, with the state untouched", async () => {
    const state = "one\r\ntwo\n3 & <b> 🦈";
    await page.goto(url({ state }));
    await page.getByRole("radio", { name: "Empty Team" }).check();
    await page.getByRole("button", { name: "Authorize application" }).click();
    await page.waitForURL(`${callback()}?*`);
    const answer = new URL(page.url()).searchParams;
    expect(answer.get("state")).toBe(state);
    const exchange = { ...server.exchangeOf(answer.get("code")!), redirect_uri: callback() };
    const granted = await server.post("/v1/oauth/token", exchange);
    expect(granted.body.info).toMatchObject({ team_name: "Empty Team" });
    expect(server.isLetIn(tokensIn(granted).access)).toBe(true);
    expect(complaints).toEqual([]);
  });

  test("is used by keyboard alone, and denied by it", async () => {
    await page.goto(url());
    for (const key of ["Tab", "ArrowDown", "Tab", "Tab"]) await page.keyboard.press(key);
    expect(await page.locator(":focus").textContent()).toBe("Deny");
    await page.keyboard.press("Enter");
    await page.waitForURL(`${callback()}?*`);
    expect(new URL(page.url()).searchParams.get("error")).toBe("access_denied");
  });

  test.each(["light", "dark"] as const)("has nothing that axe finds fault with: %s", async (colorScheme) => {
    await page.emulateMedia({ colorScheme });
    for (const address of [url(), server.authorizeUrl({ redirect_uri: callback() }), url({ client_id: "nobody" })]) {
      await page.goto(address);
      await page.evaluate(readFileSync(require.resolve("axe-core/axe.min.js"), "utf8"));
      const { violations } = await page.evaluate<AxeResults>("axe.run()");
      expect(violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)])).toEqual([]);
    }
    expect(complaints.filter((text) => !text.includes("status of 400"))).toEqual([]);
  });

  test("fits a telephone", async () => {
    await page.setViewportSize({ width: 320, height: 640 });
    await page.goto(url());
    const width = await page.evaluate<number>("document.documentElement.scrollWidth");
    expect(width).toBeLessThanOrEqual(320);
  });

  test("is in nobody's frame", async () => {
    stranger.page = `<iframe src="${url().replaceAll("&", "&amp;")}"></iframe>`;
    const complaint = page.waitForEvent("console", (message) => message.text().includes("frame-ancestors"));
    await page.goto(stranger.origin);
    await complaint;
    const frame = page.frames()[1]!;
    expect(await frame.locator("form").count()).toBe(0);
  });

  test("is not sent by anybody else", async () => {
    await page.goto(url());
    const fields = await Promise.all(
      ["request", "signature"].map(async (name) => {
        const value = await page.locator(`input[name=${name}]`).getAttribute("value");
        return `<input name="${name}" value="${value}">`;
      }),
    );
    const team = await page.getByRole("radio", { name: "My Team" }).getAttribute("value");
    stranger.page = `<form method="post" action="${server.origin}/v1/oauth/authorize">${fields.join("")}
      <input name="team" value="${team}"><button name="decision" value="authorize">win a prize</button></form>`;
    await page.goto(stranger.origin);
    const [answer] = await Promise.all([
      page.waitForResponse((response) => response.request().method() === "POST"),
      page.getByRole("button").click(),
    ]);
    expect(answer.status()).toBe(403);
    expect(server.authority.state.codes).toEqual([]);
  });
}

class Site {
  page = "<!doctype html><title>here</title>";
  origin = "";
  private readonly server: Server = createServer((_request, response) => {
    response.setHeader("content-type", "text/html; charset=utf-8");
    response.end(this.page);
  });

  static async open(host: string): Promise<Site> {
    const site = new Site();
    await new Promise<void>((resolve) => site.server.listen(0, "127.0.0.1", resolve));
    const address = site.server.address();
    if (address === null || typeof address === "string") throw new Error("it listens on a port");
    site.origin = `http://${host}:${address.port}`;
    return site;
  }

  close(): Promise<void> {
    this.server.closeAllConnections();
    return new Promise((resolve) =>
      this.server.close(() => {
        resolve();
      }),
    );
  }
}
