import { createHash } from "node:crypto";
import { once } from "node:events";
import { request as httpRequest, type IncomingMessage, type ServerResponse } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";

import { type Guarded, guarded } from "./guarded";
import { RawConnection } from "./raw";
import { Scripted } from "./scripted";

const block = Buffer.alloc(64 * 1024, "kubeconfig: of a very large cluster\n");

describe("an answer that is not held back", () => {
  let api: Scripted;
  let through: Guarded;
  let answer: (response: ServerResponse) => unknown;
  beforeEach(async () => {
    api = await Scripted.open((response) => {
      answer(response);
    });
    through = await guarded(api.url, { limits: { heldBack: 100_000 }, retry: { attempts: 1 } });
  });
  afterEach(async () => {
    await through.close();
    await api.close();
  });

  const get = async (path: string): Promise<IncomingMessage> => {
    const sent = httpRequest(`${through.url}${path}`, { headers: { authorization: `Bearer ${through.ticket}` } }).end();
    return ((await once(sent, "response")) as [IncomingMessage])[0];
  };

  test("flows as fast as the client reads, and no faster", async () => {
    const blocks = 1024;
    let written = 0;
    answer = async (response) => {
      response.writeHead(200, { "content-type": "application/yaml", "content-length": blocks * block.length });
      for (; written < blocks; written++) {
        if (!response.write(block)) await once(response, "drain");
      }
      response.end();
    };
    const response = await get("/v2/kubernetes/clusters/1/kubeconfig");
    response.pause();
    // Until nothing more is taken: what is in between has filled up.
    for (let before = -1; before !== written;) {
      before = written;
      await sleep(300);
    }
    expect(written).toBeLessThan(blocks / 2);
    const hash = createHash("sha256");
    let length = 0;
    for await (const chunk of response) {
      hash.update(chunk as Buffer);
      length += (chunk as Buffer).length;
    }
    expect(length).toBe(blocks * block.length);
    expect(response.headers["content-length"]).toBe(String(length));
    const whole = createHash("sha256");
    for (let at = 0; at < blocks; at++) whole.update(block);
    expect(hash.digest("hex")).toBe(whole.digest("hex"));
  });

  test("that breaks off ends the client's connection: no part is taken for the whole", async () => {
    answer = (response) => {
      response.writeHead(200, { "content-type": "text/csv" }).write("date,amount\n");
      setImmediate(() => response.destroy());
    };
    const { host } = new URL(through.url);
    const head = `GET /v2/customers/my/invoices/1/csv HTTP/1.1\r\nhost: ${host}\r\nauthorization: Bearer ${through.ticket}\r\n\r\n`;
    const heard = await RawConnection.to(through.url).say(head).closed;
    expect(heard).toContain("date,amount");
    expect(heard).not.toMatch(/\r\n0\r\n\r\n$/);
  });

  test("JSON that is longer than what is held back comes whole as well", async () => {
    const text = JSON.stringify({ droplets: Array.from({ length: 20_000 }, (_, id) => ({ id, name: `web-${id}` })) });
    answer = (response) => response.writeHead(200, { "content-type": "application/json" }).end(text);
    expect((await through.ask("GET", "/v2/droplets")).text === text).toBe(true);
    // Also when what is too much comes together with what follows it.
    answer = (response) => {
      response.writeHead(200, { "content-type": "application/json" });
      for (let at = 0; at < text.length; at += 30) response.write(text.slice(at, at + 30));
      response.end();
    };
    expect((await through.ask("GET", "/v2/droplets")).text === text).toBe(true);
  });

  test("what was begun and is not wanted any more is not read on", async () => {
    let upstreamClosed: Promise<unknown> | undefined;
    answer = async (response) => {
      upstreamClosed = once(response, "close");
      response.writeHead(200, { "content-type": "application/yaml" });
      while (!response.destroyed)
        if (!response.write(block)) await Promise.race([once(response, "drain"), upstreamClosed]);
    };
    const response = await get("/v2/kubernetes/clusters/1/kubeconfig");
    await once(response, "data");
    response.destroy();
    await upstreamClosed;
  });

  test("a file whose label is one of JSON's or a page's is held back all the same", async () => {
    answer = (response) =>
      response.writeHead(200, { "content-type": "application/yaml" }).end("<html><title>Just a moment...</title>");
    expect((await through.ask("GET", "/v2/kubernetes/clusters/1/kubeconfig")).json()).toMatchObject({
      id: "deploy4me_challenge",
    });
  });
});
