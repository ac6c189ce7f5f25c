import type { Intents } from "../../guard/interfaces";
import { FaultyApi, small } from "../sandbox/faults/faulty-api";
import { oneToken } from "../../sandbox/digitalocean/access";
import { type Guarded, guarded, HandedToken, realToken } from "./guarded";

/** What must be in no line of the log and in no error. */
const password = "canary-password-4711";

describe("no secret", () => {
  let api: FaultyApi;
  let through: Guarded;
  beforeEach(async () => {
    api = await FaultyApi.open({ access: oneToken(realToken) });
  });
  afterEach(async () => {
    await through.close();
    await api.close();
  });

  const faults = [
    { kind: "challenge" },
    { kind: "blocked" },
    { kind: "edge-error", status: 520 },
    { kind: "gateway-timeout" },
    { kind: "rate-limited", retryAfter: 1 },
    { kind: "server-error", status: 500 },
    { kind: "token-revoked" },
    { kind: "reset" },
    { kind: "truncated" },
    { kind: "empty" },
  ];

  test("is in the log or in an error, whatever goes wrong", async () => {
    through = await guarded(api.origin, { tokens: new HandedToken(realToken) });
    const told: string[] = [];
    const body = { ...small, name: "web", user_data: password };
    for (const fault of faults) {
      const id = api.add({ ...fault, count: "unlimited" });
      told.push((await through.ask("GET", `/v2/droplets?secret=${password}`)).text);
      told.push((await through.ask("POST", "/v2/droplets", body)).text);
      api.faults.clear(id);
    }
    told.push((await through.ask("GET", `/v2/%5c?x=${password}`)).text);
    told.push(
      await (await fetch(`${through.url}/v2/account`, { headers: { authorization: `Bearer ${password}` } })).text(),
    );
    expect(told.filter((text) => text.includes("deploy4me_"))).toHaveLength(2 * faults.length + 2);
    expect(through.log.length).toBeGreaterThan(2 * faults.length);
    expect(through.log.filter((line) => line.includes("\n"))).toEqual([]);
    for (const secret of [realToken, through.ticket, password])
      expect([...through.log, ...told].filter((text) => text.includes(secret))).toEqual([]);
  });

  test("is told of a failure that nobody foresaw: only its kind and its place", async () => {
    const intents: Intents = { perform: () => Promise.reject(new TypeError(`${realToken} ${password}`)) };
    through = await guarded(api.origin, { tokens: new HandedToken(realToken), intents });
    const answer = await through.ask("POST", "/v2/droplets", {});
    expect([answer.status, answer.json().id]).toEqual([424, "deploy4me_internal"]);
    expect(answer.text).not.toContain(password);
    expect(through.log.join("\n")).toMatch(/INTERNAL TypeError\n +at /);
    expect(through.log.join("\n")).not.toContain(password);
  });

  test("reaches the API but the token; reaches the client at all", async () => {
    through = await guarded(api.origin, { tokens: new HandedToken(realToken) });
    const { status, headers, text } = await through.ask("GET", "/v2/account");
    expect(status).toBe(200);
    expect(JSON.stringify([...headers]) + text).not.toContain(realToken);
  });
});
