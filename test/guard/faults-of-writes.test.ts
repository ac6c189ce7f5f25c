import { manyTokens } from "../../sandbox/digitalocean/access";
import { GuardProblem } from "../../guard/problems";
import { ApiProblem } from "../../connections/problem";
import type { Intents } from "../../guard/interfaces";
import { FaultyApi, small, token } from "../sandbox/faults/faulty-api";
import { type Guarded, guarded, HandedToken } from "./guarded";

const other = "doo_v1_of_the_one_that_came_in_its_place";

/** Faults of a create, with what the client is told, and how many droplets there are then. */
const unclear: readonly (readonly [object, string, number])[] = [
  [{ kind: "challenge", status: 403 }, "deploy4me_challenge", 0],
  [{ kind: "challenge", status: 200 }, "deploy4me_challenge", 0],
  [{ kind: "edge-error", status: 524, applied: true }, "deploy4me_edge_error", 1],
  [{ kind: "edge-error", status: 520 }, "deploy4me_edge_error", 0],
  [{ kind: "gateway-timeout", applied: true }, "deploy4me_edge_error", 1],
  [{ kind: "server-error", status: 500 }, "deploy4me_server_error", 0],
  [{ kind: "server-error", status: 503 }, "deploy4me_server_error", 0],
  [{ kind: "reset", applied: true }, "deploy4me_connection_lost", 1],
  [{ kind: "reset" }, "deploy4me_connection_lost", 0],
  [{ kind: "truncated", how: "length" }, "deploy4me_truncated", 1],
  [{ kind: "truncated", how: "chunked" }, "deploy4me_truncated", 1],
  [{ kind: "truncated", how: "json" }, "deploy4me_truncated", 1],
  [{ kind: "empty" }, "deploy4me_empty", 1],
  [{ kind: "slow", delay: 60, applied: true }, "deploy4me_timeout", 1],
  [{ kind: "dribble", bytes: 1, pause: 5 }, "deploy4me_timeout", 1],
];

describe("a create through the guard, when the sandbox has a fault", () => {
  let api: FaultyApi;
  let through: Guarded;
  let tokens: HandedToken;
  let thrown: unknown[];
  const intents: Intents = {
    perform: (request, send) =>
      send(request).catch((error: unknown) => {
        thrown.push(error);
        throw error;
      }),
  };
  beforeEach(async () => {
    thrown = [];
    api = await FaultyApi.open({ access: manyTokens({ [token]: "all", [other]: "all" }) });
    tokens = new HandedToken(token);
    through = await guarded(api.origin, { tokens, intents, timeouts: { headers: 700, answer: 300 } });
  });
  afterEach(async () => {
    api.faults.clearAll();
    await through.close();
    await api.close();
  });
  const create = () => through.ask("POST", "/v2/droplets", { ...small, name: "web" });

  test.each(unclear)(
    "%j is sent once, and intents are told that it may have been carried out",
    async (fault, code, made) => {
      const id = api.add({ ...fault, route: "POST /v2/droplets", count: "unlimited" });
      const answer = await create();
      expect([answer.status, answer.json().id]).toEqual([424, code]);
      expect(api.faults.get(id)).toMatchObject({ struck: 1 });
      expect(thrown).toMatchObject([{ ambiguous: true }]);
      expect(thrown[0] instanceof ApiProblem || thrown[0] instanceof GuardProblem).toBe(true);
      await api.cloud.settled();
      expect(api.named("web")).toHaveLength(made);
    },
  );

  test.each([[{ kind: "rate-limited", retryAfter: 3 }], [{ kind: "rate-limited", retryAfter: 0 }]])(
    "%j: nothing was done, so it is sent again, and one droplet comes of it",
    async (fault) => {
      api.add({ ...fault, route: "POST /v2/droplets", count: 2 });
      expect((await create()).status).toBe(202);
      await api.cloud.settled();
      expect(api.named("web")).toHaveLength(1);
    },
  );

  test("too many requests to the last: certainly not carried out", async () => {
    api.add({ kind: "rate-limited", retryAfter: 1, count: "unlimited" });
    expect((await create()).json().id).toBe("deploy4me_rate_limited");
    expect(thrown).toMatchObject([{ ambiguous: false }]);
  });

  test("a token that was revoked is replaced, and one droplet comes of it", async () => {
    tokens.next = other;
    api.add({ kind: "token-revoked", token });
    expect((await create()).status).toBe(202);
    await api.cloud.settled();
    expect(api.named("web")).toHaveLength(1);
  });

  test("what the API itself refuses is its answer", async () => {
    const answer = await through.ask("POST", "/v2/droplets", { name: "web" });
    expect(answer.status).toBe(422);
    expect(answer.json().id).toBe("unprocessable_entity");
    expect(thrown).toEqual([]);
  });
});
