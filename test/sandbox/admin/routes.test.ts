import type { FastifyInstance } from "fastify";

import { clockRoutes } from "../../../sandbox/admin/clock";
import { buildAdmin } from "../../../sandbox/admin/server";
import { settingRoutes } from "../../../sandbox/admin/settings";
import { ManualClock, systemClock } from "../../../sandbox/clock";
import { Cloud } from "../../../sandbox/digitalocean/cloud";
import { RateLimiter } from "../../../sandbox/digitalocean/rate-limit";
import { RecordedHosts } from "../digitalocean/recorded-hosts";

const log = (): void => undefined;

let app: FastifyInstance;
beforeEach(() => {
  app = buildAdmin(log);
});
afterEach(() => app.close());

/** What is answered: the status and the content. */
async function ask(method: "GET" | "PUT" | "POST", path: string, body?: object): Promise<[number, unknown]> {
  const origin = app.server.listening ? app.listeningOrigin : await app.listen({ host: "127.0.0.1", port: 0 });
  const answer = await fetch(`${origin}${path}`, {
    method,
    ...(body === undefined ? {} : { body: JSON.stringify(body), headers: { "content-type": "application/json" } }),
  });
  return [answer.status, await answer.json()];
}

describe("the clock", () => {
  test("that stands still is moved", async () => {
    clockRoutes(app, new ManualClock(new Date("2026-01-01T00:00:00Z")));
    expect(await ask("GET", "/clock")).toEqual([200, { now: "2026-01-01T00:00:00.000Z", standsStill: true }]);
    expect(await ask("POST", "/clock/advance", { seconds: 3600 })).toEqual([
      200,
      { now: "2026-01-01T01:00:00.000Z", standsStill: true },
    ]);
  });

  test("goes forward only", async () => {
    clockRoutes(app, new ManualClock(new Date("2026-01-01T00:00:00Z")));
    expect((await ask("POST", "/clock/advance", { seconds: -1 }))[0]).toBe(422);
    expect((await ask("POST", "/clock/advance", {}))[0]).toBe(422);
    expect(await ask("GET", "/clock")).toEqual([200, { now: "2026-01-01T00:00:00.000Z", standsStill: true }]);
  });

  test("that is the machine's own is left alone", async () => {
    clockRoutes(app, systemClock);
    const [status, answer] = await ask("POST", "/clock/advance", { seconds: 1 });
    expect(status).toBe(409);
    expect(answer).toEqual({ message: expect.stringContaining("goes by this machine's time") as string });
  });
});

describe("the settings", () => {
  let cloud: Cloud;
  let limiter: RateLimiter;
  beforeEach(async () => {
    const store = { read: () => undefined, write: () => undefined };
    cloud = await Cloud.open({ store, hosts: new RecordedHosts(), log });
    limiter = new RateLimiter(cloud.clock);
    settingRoutes(app, cloud, limiter);
  });

  test("of the limits of requests: everybody begins anew", async () => {
    limiter.take("somebody");
    expect(await ask("GET", "/rate-limits")).toEqual([200, { enabled: true }]);
    expect(await ask("PUT", "/rate-limits", { enabled: false })).toEqual([200, { enabled: false }]);
    expect(limiter.enabled).toBe(false);
    expect(limiter.take("somebody").remaining).toBe(4999);
    expect((await ask("PUT", "/rate-limits", { enabled: "no" }))[0]).toBe(422);
  });

  test("of what the account may have: what is not given stays", async () => {
    expect(await ask("GET", "/quotas")).toEqual([200, { droplets: 25, reservedIps: 5, volumes: 100 }]);
    await ask("PUT", "/quotas", { droplets: 300 });
    await ask("PUT", "/quotas", { volumes: 7 });
    expect(await ask("GET", "/quotas")).toEqual([200, { droplets: 300, reservedIps: 5, volumes: 7 }]);
    expect(cloud.state.account.limits).toEqual({ droplets: 300, volumes: 7 });
    expect((await ask("PUT", "/quotas", { droplets: -1 }))[0]).toBe(422);
  });

  test("of how late the cloud is", async () => {
    expect(await ask("GET", "/consistency")).toEqual([200, { dropletHiddenSeconds: 0, actionSeconds: 0 }]);
    await ask("PUT", "/consistency", { dropletHiddenSeconds: 2.5 });
    await ask("PUT", "/consistency", { actionSeconds: 10 });
    expect(await ask("GET", "/consistency")).toEqual([200, { dropletHiddenSeconds: 2.5, actionSeconds: 10 }]);
    expect(cloud.consistency).toMatchObject({ dropletHiddenMs: 2500, actionMs: 10_000 });
  });
});
