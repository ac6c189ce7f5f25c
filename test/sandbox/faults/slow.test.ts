import { once } from "node:events";

import { dial } from "./client";
import { FaultyApi, token } from "./faulty-api";
import { HeldClock } from "./held-clock";

describe("slow answers", () => {
  let clock: HeldClock;
  let api: FaultyApi;
  beforeEach(async () => {
    clock = new HeldClock();
    api = await FaultyApi.open({ clock });
    // What the cloud itself does from time to time.
    clock.forget();
  });
  afterEach(() => api.close());

  test("the request waits before it is carried out", async () => {
    api.add({ kind: "slow", delay: 20, route: "POST /v2/droplets" });
    const answer = api.create("web");
    await clock.asleep(1);
    expect(clock.sleeps).toEqual([20_000]);
    expect(api.named("web")).toEqual([]);
    clock.wake();
    expect((await answer).status).toBe(202);
    expect(api.named("web")).toHaveLength(1);
  });

  test("applied, its answer waits, and is then the one that it would have been", async () => {
    api.add({ kind: "slow", delay: 0.5, applied: true, route: "POST /v2/droplets" });
    const answer = api.create("web");
    await clock.asleep(1);
    expect(clock.sleeps).toEqual([500]);
    expect(api.named("web")).toHaveLength(1);
    clock.wake();
    const { status, headers, body } = await answer;
    expect(status).toBe(202);
    expect(JSON.parse(body)).toMatchObject({ droplet: { name: "web" } });
    // Nothing of it was changed, so that it is held against the contract.
    expect(headers["x-sandbox-fault"]).toBeUndefined();
  });

  test("cleared, the fault lets those go on that wait", async () => {
    const id = api.add({ kind: "slow", delay: 3600 });
    const answers = [api.get("/v2/account"), api.get("/v2/droplets")];
    await clock.asleep(2);
    api.faults.clear(id);
    expect((await Promise.all(answers)).map(({ status }) => status)).toEqual([200, 200]);
  });

  test("a client that went away meanwhile harms nobody", async () => {
    api.add({ kind: "slow", count: 1 });
    const socket = dial(api.port);
    socket.write(`GET /v2/account HTTP/1.1\r\nhost: api\r\nauthorization: Bearer ${token}\r\n\r\n`);
    await clock.asleep(1);
    socket.resetAndDestroy();
    await once(socket, "close");
    clock.wake();
    expect((await api.get("/v2/account")).status).toBe(200);
    expect(api.log).toEqual([]);
  });

  test("a body that dribbles comes in the pieces that were asked for, and is whole", async () => {
    const whole = await api.get("/v2/account");
    api.add({ kind: "dribble", bytes: 100, pause: 2 });
    const pieces: string[] = [];
    const socket = dial(api.port).setEncoding("latin1");
    socket.on("data", (chunk: string) => pieces.push(chunk));
    socket.write(
      `GET /v2/account HTTP/1.1\r\nhost: api.example\r\nconnection: close\r\nauthorization: Bearer ${token}\r\n\r\n`,
    );
    const count = Math.ceil(whole.body.length / 100);
    for (let piece = 1; piece < count; piece++) {
      await clock.asleep(piece);
      const soFar = pieces.join("").split("\r\n\r\n")[1] ?? "";
      // What has not arrived yet is on its way: more than this was not sent.
      expect(soFar.length).toBeLessThanOrEqual(piece * 100);
      clock.wake();
    }
    await once(socket, "end");
    const [head, body] = pieces.join("").split("\r\n\r\n");
    expect(head).toContain(`content-length: ${whole.body.length}`);
    expect(body).toBe(whole.body);
    expect(clock.sleeps).toEqual(Array(count - 1).fill(2000));
  });

  test("cleared in the middle, the rest comes without pauses", async () => {
    const id = api.add({ kind: "dribble", bytes: 10 });
    const answer = api.get("/v2/account");
    await clock.asleep(1);
    api.faults.clear(id);
    const { body } = await answer;
    expect(JSON.parse(body)).toHaveProperty("account");
    expect(clock.sleeps).toHaveLength(1);
  });
});
