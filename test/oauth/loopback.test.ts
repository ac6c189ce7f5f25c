import { once } from "node:events";
import { createServer, request as httpRequest, type Server } from "node:http";
import { type AddressInfo, connect } from "node:net";
import { networkInterfaces } from "node:os";

import { Application } from "../../oauth/applications";
import { type LoopbackReceiver, openLoopback, type Verdict } from "../../oauth/loopback";
import { failureOf } from "./owner";

const good: Verdict = { page: { good: true, title: "Well done", text: "Close it." }, final: true };
const bad: Verdict = { page: { good: false, title: "Not so", text: "<b>&\"'" }, final: false };

const application = (redirectUris: readonly string[], secret?: string) =>
  new Application(
    {
      name: "CLI",
      clientId: "abc",
      redirectUris,
      oauthUrl: "https://cloud.example/v1/oauth",
      issuer: "https://cloud.example",
      issuerRequired: false,
      refreshAt: "token",
    },
    secret,
  );
const publicOne = application(["http://127.0.0.1/oauth/callback"]);

/** A port that was free a moment ago, and perhaps somebody who has it. */
async function port(): Promise<{ readonly number: number; readonly taken: Server }> {
  const taken = createServer().listen({ host: "127.0.0.1", port: 0 });
  await once(taken, "listening");
  return { number: (taken.address() as AddressInfo).port, taken };
}

async function closed(server: Server): Promise<void> {
  const end = once(server, "close");
  server.close();
  await end;
}

describe("a receiver on loopback", () => {
  let receiver: LoopbackReceiver;
  let received: Promise<void>;
  let judged: string[];
  beforeEach(async () => {
    receiver = await openLoopback(publicOne);
    judged = [];
    received = receiver.receive((parameters) => {
      judged.push(parameters.toString());
      return Promise.resolve(parameters.get("state") === "right" ? good : bad);
    });
  });
  afterEach(async () => {
    await receiver.close();
    await received;
  });

  const get = (path: string, init: RequestInit = {}) =>
    fetch(new URL(path, receiver.redirectUri), { redirect: "manual", ...init, signal: AbortSignal.timeout(10_000) });
  const right = "/oauth/callback?code=c0de&state=right";
  const isClosed = async () => (await failureOf(get(right))).cause;

  test("is at a port of its own, on loopback alone", async () => {
    expect(receiver.redirectUri).toMatch(/^http:\/\/127\.0\.0\.1:\d{4,5}\/oauth\/callback$/);
    const addresses = Object.values(networkInterfaces()).flatMap((list) => list ?? []);
    const outside = addresses.find(({ family, internal }) => family === "IPv4" && !internal)?.address;
    if (outside === undefined) return;
    const socket = connect(Number(new URL(receiver.redirectUri).port), outside);
    await expect(once(socket, "connect")).rejects.toMatchObject({ code: "ECONNREFUSED" });
  });

  test("shows a page for the one answer that is final, and is gone", async () => {
    const response = await get(right);
    expect([response.status, judged]).toEqual([200, ["code=c0de&state=right"]]);
    expect(await response.text()).toContain("<h1>Well done</h1><p>Close it.</p>");
    await received;
    expect(await isClosed()).toMatchObject({ code: "ECONNREFUSED" });
  });

  test("goes on after somebody else has knocked, and writes what it shows as text", async () => {
    const response = await get("/oauth/callback?code=c0de&state=wrong");
    expect(response.status).toBe(400);
    expect(await response.text()).toContain("&lt;b&gt;&amp;&quot;&#39;");
    expect((await get(right)).status).toBe(200);
    await received;
  });

  test("shows nothing that was sent to it: neither code nor state", async () => {
    for (const path of ["/oauth/callback?code=c0de&state=wrong", right])
      expect(await (await get(path)).text()).not.toMatch(/c0de|wrong|right/);
    await received;
  });

  test("shows pages that load, run, frame and tell nothing", async () => {
    const { headers } = await get("/oauth/callback?state=wrong");
    expect(headers.get("content-security-policy")).toMatch(
      /^default-src 'none'; style-src 'sha256-[^']+'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'$/,
    );
    expect([headers.get("cache-control"), headers.get("referrer-policy")]).toEqual(["no-store", "no-referrer"]);
  });

  test.each([
    ["another path", "/oauth/callback/?state=right", {}],
    ["a path written otherwise", "/oauth/%63allback?state=right", {}],
    ["the root", "/", {}],
    ["POST", right, { method: "POST" }],
    ["HEAD", right, { method: "HEAD" }],
  ])("turns away %s", async (_, path, init) => {
    expect((await get(path, init)).status).toBe(404);
    expect(judged).toEqual([]);
  });

  test.each(["evil.example", "localhost", "127.0.0.1"])(
    "turns away the name %s, as of DNS that leads here",
    async (host) => {
      const { port: number } = new URL(receiver.redirectUri);
      const sent = httpRequest({ host: "127.0.0.1", port: number, path: right, headers: { host } }).end();
      const [response] = (await once(sent, "response")) as [{ statusCode: number; resume: () => void }];
      response.resume();
      expect([response.statusCode, judged]).toEqual([404, []]);
    },
  );

  test("leads on to a link once, and says so when it is followed again", async () => {
    const opener = receiver.leadTo("https://cloud.example/authorize?state=s3cret");
    expect(opener).not.toContain("s3cret");
    const first = await get(new URL(opener).pathname);
    expect([first.status, first.headers.get("location")]).toEqual([
      302,
      "https://cloud.example/authorize?state=s3cret",
    ]);
    const second = await get(new URL(opener).pathname);
    expect([second.status, second.headers.get("location")]).toEqual([410, null]);
    expect(await second.text()).toContain("used already");
    expect((await get(`${new URL(opener).pathname.slice(0, -1)}é`)).status).toBe(404);
    expect(judged).toEqual([]);
  });

  test("ends with what the judge ends with, after the browser was told", async () => {
    await receiver.close();
    await received;
    receiver = await openLoopback(publicOne);
    const ended = failureOf(receiver.receive(() => Promise.reject(new Error("the judge is ill"))));
    const response = await get(right);
    expect([response.status, await response.text()]).toEqual([500, expect.stringContaining("Your terminal says what")]);
    expect((await ended).message).toBe("the judge is ill");
    expect(await isClosed()).toMatchObject({ code: "ECONNREFUSED" });
  });

  test("judges one answer at a time", async () => {
    await receiver.close();
    await received;
    receiver = await openLoopback(publicOne);
    let decide: (verdict: Verdict) => void = () => undefined;
    const asked = new Promise<void>((resolve) => {
      received = receiver.receive(() => {
        resolve();
        return new Promise<Verdict>((settle) => (decide = settle));
      });
    });
    const first = get(right);
    await asked;
    expect((await get(right)).status).toBe(409);
    decide(good);
    expect((await first).status).toBe(200);
  });
});

test("a receiver to which nobody comes ends in time, and is gone", async () => {
  const receiver = await openLoopback(publicOne, 50);
  const error = await failureOf(receiver.receive(() => Promise.resolve(good)));
  expect(error).toMatchObject({ code: "LOOPBACK_TIMEOUT" });
  const gone = await failureOf(fetch(receiver.redirectUri));
  expect(gone.cause).toMatchObject({ code: "ECONNREFUSED" });
});

describe("where a receiver is", () => {
  test("is the first redirect URI of the application that is on loopback and free: by address before by name", async () => {
    const [first, second] = [await port(), await port()];
    await closed(second.taken);
    const uris = [
      "https://shop.example/callback",
      `http://localhost:${second.number}/a`,
      `http://127.0.0.1:${first.number}/b`,
      `http://127.0.0.1:${second.number}/c`,
    ];
    const receiver = await openLoopback(application(uris, "a secret"));
    expect(receiver.redirectUri).toBe(uris[3]);
    await receiver.close();
    await closed(first.taken);
  });

  test("is by name, when that is all that is registered", async () => {
    const { number, taken } = await port();
    await closed(taken);
    const receiver = await openLoopback(application([`http://localhost:${number}/a`], "a secret"));
    const received = receiver.receive(() => Promise.resolve(good));
    expect((await fetch(`http://localhost:${number}/a`)).status).toBe(200);
    await received;
  });

  test("is nowhere when all of it is taken", async () => {
    const { number, taken } = await port();
    const uri = `http://127.0.0.1:${number}/a`;
    const error = await failureOf(openLoopback(application([uri], "a secret")));
    expect(error).toMatchObject({ code: "LOOPBACK_UNAVAILABLE", taken: [uri] });
    await closed(taken);
  });

  test.each([
    ["elsewhere", ["https://shop.example/callback"], undefined],
    ["with TLS", ["https://127.0.0.1:3000/callback"], undefined],
    ["without a port, of an application with a secret", ["http://127.0.0.1/callback"], "a secret"],
    ["with a query", ["http://127.0.0.1:3000/callback?a=b"], "a secret"],
  ])("is nowhere when all that is registered is %s", async (_, uris, secret) => {
    const error = await failureOf(openLoopback(application(uris, secret)));
    expect(error).toMatchObject({ code: "LOOPBACK_UNAVAILABLE", taken: [] });
    expect(error.message).toContain("register http://127.0.0.1:3000/oauth/callback");
  });
});
