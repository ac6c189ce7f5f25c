import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

import { guarded } from "../guarded";
import { Operations, unclear } from "./operation";

const gone = { status: 404, json: { id: "not_found", message: "The resource you were accessing could not be found." } };

describe("a deletion", () => {
  let operations: Operations;
  let id: number;
  beforeEach(async () => {
    operations = await Operations.open();
    await operations.next();
    id = await operations.api.droplet("web");
  });
  afterEach(() => operations.close());
  const path = () => `/v2/droplets/${id}`;
  const remove = () => operations.through.ask("DELETE", path());
  // Its answer has no body that could break.
  const faults = unclear.filter(({ fault }) => !/truncated|dribble|empty/.test(JSON.stringify(fault)));

  test.each(faults)(
    "of which the end is not known is sent again, and what it wanted is so: $fault",
    async ({ fault }) => {
      operations.once("DELETE /v2/droplets/*", fault);
      expect((await remove()).status).toBe(204);
      await operations.api.cloud.settled();
      expect(operations.state.droplets).toEqual([]);
      expect(operations.intents.unfinished()).toEqual([]);
    },
  );

  test("that is refused while the one before is still at work, waits for its end", async () => {
    operations.api.hosts.hold();
    operations.once("DELETE /v2/droplets/*", { kind: "reset", applied: true });
    await operations.next({ visibleWithin: 10_000 });
    const removed = remove();
    setTimeout(() => {
      operations.api.hosts.release();
    }, 300);
    expect((await removed).status).toBe(204);
  });

  test("of something that was never there is answered with the API's 404", async () => {
    id = 999;
    const answer = await remove();
    expect([answer.status, answer.json().id]).toEqual([404, gone.json.id]);
  });

  test("of what the API says is not there, and shows, is sent again", async () => {
    operations.once("DELETE /v2/droplets/*", { kind: "not-found" });
    expect((await remove()).status).toBe(204);
    await operations.api.cloud.settled();
    expect(operations.state.droplets).toEqual([]);
  });

  test("of what the API goes on to show is no success", async () => {
    operations.always("DELETE /v2/droplets/*", { kind: "not-found" });
    const answer = await remove();
    expect([answer.status, answer.json().id]).toEqual([424, "deploy4me_server_error"]);
    expect(answer.json().message).toMatch(/with 404, and shows it all the same/);
  });

  test("is done when the API says that it is gone after a lost answer in the operation before", async () => {
    operations.always("DELETE /v2/droplets/*", { kind: "reset", applied: true });
    operations.api.add({ kind: "challenge", status: 403, route: "DELETE /v2/droplets/*", count: "unlimited" });
    expect((await remove()).status).toBe(424);
    expect(operations.intents.unfinished()).toMatchObject([{ method: "DELETE", path: path() }]);
    operations.api.faults.clearAll();
    await operations.api.ask({ method: "DELETE", path: path() });
    await operations.api.cloud.settled();
    await operations.next();
    expect((await remove()).status).toBe(204);
    expect((await remove()).status).toBe(404);
  });

  test.each([
    ["a page", "text/html", "<html><title>404 Not Found</title></html>", 424],
    ["the API", "application/json", '{"id":"not_found","message":"gone"}', 204],
  ])("that was lost and then answered with 404 by %s", async (_who, type, body, status) => {
    let asked = 0;
    const upstream = createServer((request, response) => {
      if (++asked === 1) request.socket.destroy();
      else response.writeHead(404, { "content-type": type, server: "cloudflare" }).end(body);
    });
    upstream.listen(0, "127.0.0.1");
    await once(upstream, "listening");
    try {
      const url = new URL(`http://127.0.0.1:${(upstream.address() as AddressInfo).port}`);
      await operations.next();
      const through = await guarded(url, { intents: operations.intents });
      expect((await through.ask("DELETE", "/v2/droplets/5")).status).toBe(status);
      expect(operations.intents.unfinished()).toHaveLength(status === 204 ? 0 : 1);
      await through.close();
    } finally {
      upstream.close();
    }
  });
});
