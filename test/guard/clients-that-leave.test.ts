import { once } from "node:events";
import type { ServerResponse } from "node:http";

import type { GuardedAnswer } from "../../guard/exchange";
import type { Intents } from "../../guard/interfaces";
import { type Guarded, guarded } from "./guarded";
import { RawConnection } from "./raw";
import { Scripted, sendJson } from "./scripted";

describe("when a client leaves before its answer", () => {
  let api: Scripted;
  let through: Guarded;
  /** Answers that the API has yet to give. */
  let waiting: ServerResponse[];
  let performed: Promise<GuardedAnswer>[];
  let delivered: Promise<boolean>[];
  const intents: Intents = {
    perform: (request, send) => {
      const answer = send(request);
      performed.push(answer);
      delivered.push(request.delivered ?? Promise.reject(new Error("nobody says whether it is delivered")));
      return answer;
    },
  };
  beforeEach(async () => {
    [waiting, performed, delivered] = [[], [], []];
    api = await Scripted.open((response) => waiting.push(response));
    through = await guarded(api.url, { intents });
  });
  afterEach(async () => {
    await through.close();
    await api.close();
  });

  const begin = async (method: string, path: string): Promise<RawConnection> => {
    const { host } = new URL(through.url);
    const connection = RawConnection.to(through.url);
    const length = method === "GET" ? "" : "content-length: 2\r\n";
    const fields = `host: ${host}\r\nauthorization: Bearer ${through.ticket}\r\n${length}`;
    connection.say(`${method} ${path} HTTP/1.1\r\n${fields}\r\n${method === "GET" ? "" : "{}"}`);
    const before = waiting.length;
    while (waiting.length === before) await new Promise((resolve) => setTimeout(resolve, 5));
    return connection;
  };

  test("a read is broken off", async () => {
    const connection = await begin("GET", "/v2/droplets");
    const ended = once(waiting[0]!, "close");
    connection.socket.destroy();
    await ended;
    expect(waiting[0]?.writableFinished).toBe(false);
    expect(through.log).toEqual([]);
  });

  test("a write is brought to its end, and who asks is told that nobody was", async () => {
    const connection = await begin("POST", "/v2/droplets");
    connection.socket.destroy();
    await connection.closed;
    expect(await delivered[0]).toBe(false);
    sendJson(waiting[0]!, { droplet: { id: 5 } }, 202);
    expect(await performed[0]).toMatchObject({ status: 202, json: { droplet: { id: 5 } } });
    expect(api.arrived).toHaveLength(1);
  });

  test("an answer that went out is delivered", async () => {
    const connection = await begin("POST", "/v2/droplets");
    sendJson(waiting[0]!, { droplet: { id: 5 } }, 202);
    await connection.until('"id":5');
    expect(await delivered[0]).toBe(true);
    connection.socket.destroy();
  });

  test("a guard that is closed waits for writes, breaks off reads, and takes no more", async () => {
    const write = await begin("POST", "/v2/droplets");
    const read = await begin("GET", "/v2/droplets");
    const closed = through.close();
    expect(await read.until("}")).toContain("deploy4me_closing");
    const late = RawConnection.to(through.url);
    expect(await late.closed).toBe("");
    sendJson(waiting[0]!, { droplet: { id: 5 } }, 202);
    expect(await write.until("}")).toContain("202 Accepted");
    await closed;
    expect(await delivered[0]).toBe(true);
  });

  test("a guard that is closed does not wait for ever", async () => {
    const impatient = await guarded(api.url, { limits: { closing: 50 } });
    const asked = impatient.ask("POST", "/v2/droplets", {}).catch((error: unknown) => error);
    while (waiting.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    await impatient.close();
    expect(await asked).toBeDefined();
  });
});
