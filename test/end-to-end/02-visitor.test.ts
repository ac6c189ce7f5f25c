import { readFileSync } from "node:fs";

import { on } from "./fixture/machines";
import { outputs, type StackOutputs } from "./fixture/stack";
import { Browser, visitor } from "./fixture/visitor";
import { names, world } from "./fixture/world";
import { logIn, readPage, savePage } from "./fixture/wiki";

const here = world();
let known: StackOutputs;

beforeAll(async () => {
  known = await outputs(here);
});

test.each(["ipv4", "ipv6"] as const)("the wiki's own start page is there by HTTPS over %s", async (family) => {
  const page = await new Browser(here, "nobody").request(`https://${names.wiki}/`, { family });
  expect(page.status).toBe(200);
  expect(page.text).toContain("Wiki of the tests");
  expect(page.text).toContain('name="generator" content="DokuWiki"');
});

test.each(["ipv4", "ipv6"] as const)("WordPress's own page is there by HTTPS over %s", async (family) => {
  const page = await new Browser(here, "nobody").request(`https://${names.blog}/`, { family });
  expect(page.status).toBe(200);
  expect(page.text).toContain("Blog of the tests");
  expect(page.text).toMatch(/name="generator" content="WordPress/);
});

test("the addresses the stack puts out are the ones that answer", async () => {
  const { urls, bastionAddress } = known;
  expect(urls).toEqual({ wiki: `https://${names.wiki}`, blog: `https://${names.blog}` });
  const page = await new Browser(here, "nobody").request(urls.wiki!, { family: "ipv4" });
  expect(page.address).toBe(bastionAddress);
});

test("who does not know the deployment's certificate authority does not believe its certificate", async () => {
  const { stderr, code } = await visitor(here, ["curl", "-q", "-sS", "--max-time", "20", `https://${names.wiki}/`]);
  expect(stderr).toContain("certificate");
  expect(code).toBe(60);
});

test.each([names.wiki, names.blog])("plain HTTP to %s is sent to HTTPS, whatever the path", async (name) => {
  const page = await new Browser(here, "nobody").request(`http://${name}/some/page?id=1`);
  expect(page.status).toBe(308);
  expect(page.location).toBe(`https://${name}/some/page?id=1`);
});

test("a name that is not the deployment's gets no page", async () => {
  const argv = ["curl", "-q", "-sS", "--max-time", "20", "-o", "/dev/null", "-w", "%{http_code}"];
  const { bastionAddress } = known;
  expect((await visitor(here, [...argv, `http://${bastionAddress}/`])).stdout).toBe("404");
  const resolve = `other.example:443:${bastionAddress}`;
  expect((await visitor(here, [...argv, "-k", "--resolve", resolve, "https://other.example/"])).code).toBe(35);
});

test("nobody but who knows the generated password gets in", async () => {
  const { user, password } = known.credentials.wiki!;
  expect(await logIn(new Browser(here, "guesser"), { user, password: `${password}x` })).toBe(false);
  expect(await logIn(new Browser(here, "admin"), { user, password })).toBe(true);
});

test("the administrator edits a page, and everybody reads it", async () => {
  const browser = new Browser(here, "admin");
  await logIn(browser, known.credentials.wiki!);
  const text = `Written by a test, ${Date.now()}.`;
  await savePage(browser, "tests:edited", text);
  expect(await readPage(new Browser(here, "nobody"), "tests:edited")).toContain(text);
});

test("the administrator of WordPress gets in", async () => {
  const { user, password } = known.credentials.blog!;
  const browser = new Browser(here, "blog-admin");
  const login = `https://${names.blog}/wp-login.php`;
  const form = await browser.request(login);
  const answer = await browser.submit(login, form, { log: user, pwd: password, "wp-submit": "Log In" });
  expect(answer.status).toBe(302);
  expect(answer.location).toContain("/wp-admin/");
});

test.each(["ipv4", "ipv6"] as const)("the wiki knows its visitor's true address over %s", async (family) => {
  const mark = `mark-${Date.now()}-${family}`;
  await new Browser(here, "nobody").request(`https://${names.wiki}/?${mark}`, { family });
  const line = await on(here, "wiki", `grep -F ${mark} /var/log/nginx/access.log`);
  expect(line.split(" ")[0]).toBe(here.ranges.visitor[family]);
});

test("a visitor can't choose the address the wiki believes", async () => {
  const mark = `mark-${Date.now()}-forged`;
  const forged = ["-H", "X-Forwarded-For: 203.0.113.250", "--cacert", here.caCertificate];
  await visitor(here, ["curl", "-q", "-4", "-sS", "--max-time", "20", ...forged, `https://${names.wiki}/?${mark}`]);
  const line = await on(here, "wiki", `grep -F ${mark} /var/log/nginx/access.log`);
  expect(line.split(" ")[0]).toBe(here.ranges.visitor.ipv4);
});

test("the certificate authority the stack puts out is the one that was verified", () => {
  expect(known.caCertificate).toBe(readFileSync(here.caCertificate, "utf8"));
});
