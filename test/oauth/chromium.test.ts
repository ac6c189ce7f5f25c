import { existsSync, readFileSync } from "node:fs";

import type { AxeResults } from "axe-core";
import { type Browser, chromium, type Page } from "playwright-core";

import { authorizeOnLoopback, type LoopbackLinks } from "../../oauth/loopback-authorization";
import { TestAuthorizationServer } from "../sandbox/oauth/authorization-server";
import { applicationAt, failureOf } from "./owner";

/** Debian's. Where it is not installed, the way there and back is tested without a browser alone. */
const executablePath = "/usr/bin/chromium";

if (!existsSync(executablePath)) {
  test("an authorization is not tried in a browser: there is no Chromium on this machine", () => {
    expect(existsSync(executablePath)).toBe(false);
  });
} else describe("an authorization in Chromium", inChromium);

function inChromium(): void {
  let browser: Browser;
  let server: TestAuthorizationServer;
  let page: Page;
  const complaints: string[] = [];

  beforeAll(async () => {
    browser = await chromium.launch({ executablePath, args: ["--no-sandbox", "--no-proxy-server"] });
  });
  afterAll(() => browser.close());
  beforeEach(async () => {
    server = await TestAuthorizationServer.open();
    page = await (await browser.newContext()).newPage();
    complaints.length = 0;
    page.on("console", (message) => {
      if (message.type() === "error") complaints.push(message.text());
    });
  });
  afterEach(async () => {
    await page.context().close();
    await server.close();
  });

  const start = async () => {
    const redirectUris = ["http://127.0.0.1/oauth/callback"];
    const client = server.register({ name: "CLI", public: true, redirectUris });
    const application = applicationAt(server, client, { redirectUris });
    let present: (links: LoopbackLinks) => void = () => undefined;
    const links = new Promise<LoopbackLinks>((resolve) => (present = resolve));
    const now = () => server.clock.now();
    const authorized = authorizeOnLoopback({ application, scopes: ["read"], present, now });
    authorized.catch(() => undefined);
    return { authorized, ...(await links) };
  };
  const violations = async () => {
    await page.evaluate(readFileSync(require.resolve("axe-core/axe.min.js"), "utf8"));
    const found = await page.evaluate<AxeResults>("axe.run()");
    return found.violations.map(({ id }) => id);
  };

  test.each(["light", "dark"] as const)(
    "leads there and back, to a page that all can read: %s",
    async (colorScheme) => {
      await page.emulateMedia({ colorScheme });
      const { authorized, opener } = await start();
      await page.goto(opener);
      await page.getByRole("button", { name: "Authorize application" }).click();
      await page.getByRole("heading", { name: "Access was granted" }).waitFor();
      const { grant } = await authorized;
      expect(server.isLetIn(grant.accessToken)).toBe(true);
      expect(await page.content()).not.toContain(grant.accessToken);
      expect([await violations(), complaints]).toEqual([[], []]);
      // The receiver is gone, and so is what could be done with the address once more.
      await expect(page.reload()).rejects.toThrow("ERR_CONNECTION_REFUSED");
    },
  );

  test("shows that the access was denied", async () => {
    const { authorized, opener } = await start();
    await page.goto(opener);
    await page.getByRole("button", { name: "Deny" }).click();
    await page.getByRole("heading", { name: "Nothing was connected" }).waitFor();
    expect(await failureOf(authorized)).toMatchObject({ error: "access_denied" });
    expect(await violations()).toEqual([]);
  });
}
