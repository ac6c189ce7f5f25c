import { once } from "node:events";
import { createServer } from "node:http";
import { type AddressInfo, createServer as createTcpServer } from "node:net";

import { issueAuthority } from "../../sandbox/tls/certificates";
import { FaultyApi, token } from "../sandbox/faults/faulty-api";
import { guarded, HandedToken, HurriedClock } from "./guarded";
import { Scripted, sendJson } from "./scripted";

describe("an API that can't be reached", () => {
  /** A port on which nobody listens. */
  const nobody = async (): Promise<number> => {
    const server = createTcpServer().listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    await once(server.close(), "close");
    return port;
  };

  test.each(["GET", "POST"])("is tried again, also by %s: nothing was sent", async (method) => {
    const through = await guarded(`http://127.0.0.1:${await nobody()}`, { retry: { attempts: 4 } });
    const answer = await through.ask(method, "/v2/droplets");
    expect([answer.status, answer.json().id]).toEqual([424, "deploy4me_unreachable"]);
    expect(answer.text).toContain("refuses the connection");
    expect(through.clock.slept).toHaveLength(3);
    await through.close();
  });

  test("and comes back meanwhile is asked as if nothing had been", async () => {
    const port = await nobody();
    const server = createServer((_request, response) => {
      sendJson(response, { droplet: { id: 5 } }, 202);
    });
    const clock = new (class extends HurriedClock {
      override async sleep(milliseconds: number): Promise<void> {
        await super.sleep(milliseconds);
        if (this.slept.length === 2) await once(server.listen(port, "127.0.0.1"), "listening");
      }
    })();
    const through = await guarded(`http://127.0.0.1:${port}`, { clock });
    expect((await through.ask("POST", "/v2/droplets", {})).status).toBe(202);
    expect(clock.slept).toHaveLength(2);
    await through.close();
    server.closeAllConnections();
    server.close();
  });

  test("because there is no such name is told by that", async () => {
    const through = await guarded("http://api.nowhere.invalid", { retry: { attempts: 1 }, environment: {} });
    expect((await through.ask("GET", "/v2/account")).text).toContain("can't be resolved");
    await through.close();
  });

  test("because its certificate is nobody's is not tried again", async () => {
    const api = await FaultyApi.open({ authority: await issueAuthority("nobody") });
    const through = await guarded(`https://127.0.0.1:${api.securePort}`, { tokens: new HandedToken(token) });
    const answer = await through.ask("GET", "/v2/account");
    expect(answer.json().id).toBe("deploy4me_unreachable");
    expect(answer.text).toContain("certificate");
    expect(through.clock.slept).toEqual([]);
    await through.close();
    await api.close();
  });

  test("that takes connections and says nothing is given up in time", async () => {
    const server = createTcpServer().listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    const through = await guarded(`http://127.0.0.1:${port}`, { timeouts: { headers: 200 }, retry: { attempts: 1 } });
    expect((await through.ask("GET", "/v2/account")).json().id).toBe("deploy4me_timeout");
    await through.close();
    server.close();
  });

  test("that comes to no end is given up, and so is its connection", async () => {
    let closed: Promise<unknown> | undefined;
    const api = await Scripted.open((response) => {
      response.writeHead(200, { "content-type": "application/json" });
      const dripping = setInterval(() => response.write(" "), 20);
      closed = once(response, "close").then(() => {
        clearInterval(dripping);
      });
    });
    const through = await guarded(api.url, { timeouts: { answer: 200 }, retry: { attempts: 1 } });
    expect((await through.ask("GET", "/v2/account")).json().id).toBe("deploy4me_timeout");
    await closed;
    await through.close();
    await api.close();
  });

  test("does not take more time than it is given, however many attempts are left", async () => {
    const retry = { attempts: 1000, total: 60_000, random: () => 1 };
    const through = await guarded(`http://127.0.0.1:${await nobody()}`, { retry });
    expect((await through.ask("GET", "/v2/account")).status).toBe(424);
    const slept = through.clock.slept.reduce((sum, one) => sum + one, 0);
    expect(slept).toBeLessThanOrEqual(60_000);
    expect(through.clock.slept).toEqual([500, 1000, 2000, 4000, 8000, 16_000, 20_000]);
    await through.close();
  });

  test("behind an address of its own is asked below that", async () => {
    const api = await Scripted.open((response) => {
      sendJson(response, {});
    });
    const through = await guarded(`${api.url}/digitalocean/`);
    await through.ask("GET", "/v2/account?page=1");
    expect(api.arrived[0]?.url).toBe("/digitalocean/v2/account?page=1");
    await through.close();
    await api.close();
  });

  test("but through the network's proxy is asked through it", async () => {
    const api = await Scripted.open((response) => {
      sendJson(response, { account: {} });
    });
    const asked: string[] = [];
    const proxy = createServer((request, response) => {
      asked.push(request.url ?? "");
      void fetch(new URL(new URL(request.url ?? "").pathname, api.url)).then(async (answer) => {
        sendJson(response, (await answer.json()) as object);
      });
    });
    await once(proxy.listen(0, "127.0.0.1"), "listening");
    const http_proxy = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
    const through = await guarded("http://api.example.test", { environment: { http_proxy }, retry: { attempts: 1 } });
    const answer = await through.ask("GET", "/v2/account");
    expect([answer.status, asked]).toEqual([200, ["http://api.example.test/v2/account"]]);
    await through.close();
    await api.close();
    proxy.closeAllConnections();
    proxy.close();
  });
});
