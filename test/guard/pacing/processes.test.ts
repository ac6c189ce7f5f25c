import { type ChildProcess, fork } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import type { FastifyInstance } from "fastify";

import { oneToken } from "../../../sandbox/digitalocean/access";
import { Cloud } from "../../../sandbox/digitalocean/cloud";
import { RateLimiter } from "../../../sandbox/digitalocean/rate-limit";
import { buildApi } from "../../../sandbox/digitalocean/server";
import { fileStore } from "../../../sandbox/digitalocean/store";
import { RecordedHosts } from "../../sandbox/digitalocean/recorded-hosts";
import { type Asked, type Asking, fastNow } from "./asking-process";

const token = "token-of-an-account-that-many-ask";

/**
 * Real processes, the sandbox's API and its limits of 5000 requests an hour and 250 a minute, by a clock that all of them read and
 * that goes a hundred times as fast: what is on its way for a millisecond is so for a tenth of a second.
 */
describe("processes that ask one account", () => {
  const speed = { since: Date.now(), times: 100 };
  let directory: string;
  let app: FastifyInstance;
  let cloud: Cloud;
  let limiter: RateLimiter;
  let url: string;
  let behind: number;
  let statuses: Record<number, number>;
  const children: ChildProcess[] = [];

  beforeEach(async () => {
    directory = mkdtempSync(join(tmpdir(), "deploy4me-asking-"));
    behind = 0;
    statuses = {};
    const log = (): void => undefined;
    cloud = await Cloud.open({ store: fileStore(join(directory, "cloud")), hosts: new RecordedHosts(), log });
    limiter = new RateLimiter({ now: () => new Date(fastNow(speed) - behind), sleep: () => Promise.resolve() });
    app = buildApi({ cloud, access: oneToken(token), limiter, log });
    app.addHook("onResponse", (_request, reply, done) => {
      statuses[reply.statusCode] = (statuses[reply.statusCode] ?? 0) + 1;
      done();
    });
    url = `${await app.listen({ host: "127.0.0.1", port: 0 })}/v2/regions`;
  });

  afterEach(async () => {
    for (const child of children.splice(0)) child.kill("SIGKILL");
    await app.close();
    await cloud.settled();
    rmSync(directory, { recursive: true, force: true });
  });

  /** @returns the process, and what it says at its end: nothing when it was killed */
  const start = (stacks: Asking["stacks"], longestWaitMs = 3_600_000) => {
    const asking: Asking = { file: join(directory, "guard.db"), url, token, stacks, longestWaitMs, speed };
    const child = fork(join(__dirname, "asking-process.js"), [JSON.stringify(asking)]);
    children.push(child);
    let asked: Asked | undefined;
    child.on("message", (message: { asked?: Asked }) => (asked = message.asked ?? asked));
    const ended = new Promise<Asked | undefined>((resolve) => {
      child.on("exit", () => {
        resolve(asked);
      });
    });
    return { child, ended };
  };

  test("are never refused, and all get their answers", async () => {
    const running = [start({ a: 200, b: 100 }), start({ a: 100, c: 200 }), start({ d: 300 })];
    const asked = await Promise.all(running.map(({ ended }) => ended));
    expect(asked).toEqual([{ 200: 300 }, { 200: 300 }, { 200: 300 }]);
    expect(statuses).toEqual({ 200: 900 });
  });

  test("are never refused after one of them was killed with requests on their way, and the others go on", async () => {
    const killed = start({ a: 300, b: 300 });
    const others = [start({ c: 150 }), start({ a: 150 })];
    let answers = 0;
    await new Promise<void>((resolve) => {
      killed.child.on("message", () => {
        if (++answers === 40) resolve();
      });
    });
    killed.child.kill("SIGKILL");
    expect(await killed.ended).toBeUndefined();
    expect(await Promise.all(others.map(({ ended }) => ended))).toEqual([{ 200: 150 }, { 200: 150 }]);
    expect(Object.keys(statuses)).toEqual(["200"]);
  });

  test("are told until when there is nothing left, when others have used the hour up, and are never refused", async () => {
    behind = 5 * 60_000;
    limiter.enabled = false;
    const caller = oneToken(token).authenticate(token)!.id;
    for (let one = 0; one < 4400; one++) limiter.take(caller);
    limiter.enabled = true;
    behind = 0;
    // Shorter than until the others' count no longer, and far longer than it takes: how fast this machine is does not decide.
    const running = [start({ a: 300 }, 20 * 60_000), start({ b: 300 }, 20 * 60_000)];
    const asked = await Promise.all(running.map(({ ended }) => ended));
    const sum = (what: string): number => asked.reduce((all, one) => all + (one?.[what] ?? 0), 0);
    expect(Object.keys(statuses)).toEqual(["200"]);
    // Of the 600 that are left, the reserve of 200 stays; what is on its way when others are first heard of may be taken from it.
    expect(sum("200")).toBeGreaterThan(330);
    expect(sum("RATE_LIMIT_REACHED hour")).toBeGreaterThan(0);
    expect(sum("200") + sum("RATE_LIMIT_REACHED hour")).toBe(600);
  });
});
