import { request } from "node:http";

import type { GuardedRequest } from "../../../guard/exchange";
import { WrittenIntents } from "../../../guard/intents/intents";
import { small } from "../../sandbox/faults/faulty-api";
import { Operations } from "./operation";

/** The client gives up, or is killed, while its create is under way. */
describe("a client that goes before it is answered", () => {
  let operations: Operations;
  beforeEach(async () => {
    operations = await Operations.open();
    await operations.next({}, { timeouts: { headers: 20_000, answer: 20_000 } });
  });
  afterEach(() => operations.close());
  const web = { ...small, name: "web" };
  const create = () => operations.post("/v2/droplets", web);
  const made = () => operations.state.droplets.map(({ id }) => id);

  /** Sends the create, and goes when the API has begun to work on it. */
  const leave = async (held: string): Promise<void> => {
    const body = JSON.stringify(web);
    const { url, ticket } = operations.through;
    const headers = {
      authorization: `Bearer ${ticket}`,
      "content-type": "application/json",
      "content-length": Buffer.byteLength(body),
    };
    const going = request(`${url}/v2/droplets`, { method: "POST", headers });
    going.on("error", () => undefined);
    going.end(body);
    while (operations.api.faults.get(held)?.struck !== 1) await new Promise((resolve) => setTimeout(resolve, 5));
    const gone = new Promise((resolve) => going.once("close", resolve));
    going.destroy();
    await gone;
  };

  test.each([true, false])(
    "and asks once more, is told of what the first request made (answer held back: %s)",
    async (applied) => {
      const held = operations.once("POST /v2/droplets", { kind: "slow", delay: 1000, applied });
      await leave(held);
      const again = create();
      operations.api.faults.clear(held);
      expect((await again).json()).toMatchObject({ droplet: { name: "web" } });
      expect(made()).toHaveLength(1);
      await create();
      expect(made()).toHaveLength(2);
    },
  );

  test("and asks once more in the next operation, is told of what the first request made", async () => {
    const held = operations.once("POST /v2/droplets", { kind: "slow", delay: 1000, applied: true });
    await leave(held);
    operations.api.faults.clear(held);
    await operations.next();
    expect(operations.intents.unfinished("office")).toMatchObject([
      { state: "made", resource: `/v2/droplets/${made()[0] ?? ""}` },
    ]);
    expect((await create()).json()).toMatchObject({ droplet: { id: made()[0] } });
    expect(made()).toHaveLength(1);
    expect(operations.intents.unfinished()).toEqual([]);
  });

  test("and whose droplet is deleted then, gets another one", async () => {
    const held = operations.once("POST /v2/droplets", { kind: "slow", delay: 1000, applied: true });
    await leave(held);
    operations.api.faults.clear(held);
    await operations.next();
    const first = made()[0] ?? 0;
    await operations.through.ask("DELETE", `/v2/droplets/${first}`);
    await operations.api.cloud.settled();
    expect((await create()).status).toBe(202);
    expect(made()).toHaveLength(1);
    expect(made()).not.toContain(first);
  });

  test("is sent nothing more for: a request that waits for its turn is dropped", async () => {
    const held = operations.once("POST /v2/droplets", { kind: "slow", delay: 1000, applied: true });
    const first = create();
    while (operations.api.faults.get(held)?.struck !== 1) await new Promise((resolve) => setTimeout(resolve, 5));
    const counting = operations.always("POST /v2/droplets", { kind: "slow", delay: 0.001 });
    const going = request(`${operations.through.url}/v2/droplets`, {
      method: "POST",
      headers: { authorization: `Bearer ${operations.through.ticket}`, "content-type": "application/json" },
    });
    going.on("error", () => undefined);
    going.end(JSON.stringify(web));
    // It has to have arrived before it goes; that it has, shows nowhere yet.
    await new Promise((resolve) => setTimeout(resolve, 100));
    going.destroy();
    await new Promise((resolve) => setTimeout(resolve, 50));
    operations.api.faults.clear(held);
    expect((await first).status).toBe(202);
    await operations.end();
    expect(operations.api.faults.get(counting)).toMatchObject({ struck: 0 });
    expect(made()).toHaveLength(1);
  });
});

test("that an answer arrived in the last moment before the guard is closed, is written down", async () => {
  const operations = await Operations.open();
  try {
    await operations.next();
    const intents = WrittenIntents.open({
      file: operations.file,
      upstream: new URL(operations.api.origin),
      log: () => undefined,
    });
    let arrives: (arrived: boolean) => void = () => undefined;
    const delivered = new Promise<boolean>((resolve) => (arrives = resolve));
    const request: GuardedRequest = {
      ...{
        method: "POST",
        path: "/v2/vpcs",
        query: "",
        headers: {},
        body: Buffer.from('{"name":"office","region":"fra1"}'),
      },
      ...{ stack: "office", epoch: 1, account: "account", id: "1", signal: new AbortController().signal, delivered },
    };
    const json = { vpcs: [], vpc: { id: "5" } };
    await intents.perform(request, ({ method }) =>
      Promise.resolve({ status: method === "GET" ? 200 : 201, headers: {}, body: Buffer.alloc(0), json }),
    );
    const closed = intents.close();
    expect(operations.intents.unfinished()).toMatchObject([{ state: "made" }]);
    arrives(true);
    await closed;
    expect(operations.intents.unfinished()).toEqual([]);
  } finally {
    await operations.close();
  }
});
