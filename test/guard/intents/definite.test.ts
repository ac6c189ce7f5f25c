import { small } from "../../sandbox/faults/faulty-api";
import { Operations } from "./operation";

describe("a create of which it is certain that nothing was made", () => {
  let operations: Operations;
  beforeEach(async () => {
    operations = await Operations.open();
    await operations.next();
  });
  afterEach(() => operations.close());
  const create = () => operations.post("/v2/droplets", { ...small, name: "web" });

  test.each([
    ["refused", { ...small, name: "web", size: "no-such-size" }, 422],
    ["not readable", { ...small, name: 5 }, 422],
  ])("because it is %s, is answered as the API answers, and nothing is left open", async (_why, body, status) => {
    expect((await operations.post("/v2/droplets", body)).status).toBe(status);
    expect(operations.intents.unfinished()).toEqual([]);
  });

  test("because there are too many requests, is told as that, and not looked for", async () => {
    const limited = operations.always("POST /v2/droplets", { kind: "rate-limited", retryAfter: 1 });
    expect((await create()).json()).toMatchObject({ id: "deploy4me_rate_limited" });
    expect(operations.intents.unfinished()).toEqual([]);
    operations.api.faults.clear(limited);
    expect((await create()).status).toBe(202);
    expect(operations.state.droplets).toHaveLength(1);
  });

  test("because the token is refused, is told as that", async () => {
    operations.always("POST /v2/droplets", { kind: "token-revoked" });
    expect((await create()).json()).toMatchObject({ id: "deploy4me_reconnect_needed" });
    expect(operations.intents.unfinished()).toEqual([]);
  });

  test("after one of which that was not certain, leaves it open", async () => {
    operations.once("POST /v2/droplets", { kind: "reset" });
    operations.always("POST /v2/droplets", { kind: "rate-limited", retryAfter: 1 });
    expect((await create()).json()).toMatchObject({ id: "deploy4me_rate_limited" });
    expect(operations.intents.unfinished()).toMatchObject([{ state: "ambiguous", reason: "RATE_LIMITED" }]);
  });
});

describe("an unclear failure that does not pass", () => {
  test("is told after three attempts, each looked up before the next", async () => {
    const operations = await Operations.open();
    try {
      await operations.next();
      const failing = operations.always("POST /v2/droplets", { kind: "server-error", status: 503 });
      const answer = await operations.post("/v2/droplets", { ...small, name: "web" });
      expect([answer.status, answer.json().id]).toEqual([424, "deploy4me_server_error"]);
      expect(operations.api.faults.get(failing)).toMatchObject({ struck: 3 });
      expect(operations.intents.unfinished()).toMatchObject([{ state: "ambiguous" }]);
    } finally {
      await operations.close();
    }
  });
});

describe("what is as good twice", () => {
  const untag = { resources: [{ resource_id: "1", resource_type: "droplet" }] };
  test.each([
    ["PUT", "/v2/account/keys/1", { name: "x" }],
    ["PATCH", "/v2/vpcs/1", { name: "x" }],
    ["POST", "/v2/tags/a/resources", untag],
    ["DELETE", "/v2/tags/a/resources", untag],
    ["POST", "/v2/firewalls/a/droplets", { droplet_ids: [1] }],
    ["POST", "/v2/firewalls/a/tags", { tags: ["a"] }],
    ["POST", "/v2/projects/a/resources", { resources: ["do:droplet:1"] }],
  ])("is sent again, three times in all: %s %s", async (method, path, body) => {
    const operations = await Operations.open();
    try {
      await operations.next();
      const failing = operations.always(`${method} ${path}`, { kind: "reset" });
      expect((await operations.through.ask(method, path, body)).json()).toMatchObject({
        id: "deploy4me_connection_lost",
      });
      expect(operations.api.faults.get(failing)).toMatchObject({ struck: 3 });
    } finally {
      await operations.close();
    }
  });
});
