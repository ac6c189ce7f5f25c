import { kinds } from "../../sandbox/faults/kinds";
import { manyTokens } from "../../sandbox/digitalocean/access";
import { FaultyApi, token } from "../sandbox/faults/faulty-api";
import { type Asked, type Guarded, guarded, HandedToken } from "./guarded";

const other = "doo_v1_of_the_one_that_came_in_its_place";

/** What the client is told when a fault does not pass. `passed`: the answer is handed on, because it is the API's. */
const toTheEnd: [object, string, RegExp?][] = [
  [{ kind: "challenge", status: 403 }, "deploy4me_challenge", /check for robots.*ray id/],
  [{ kind: "challenge", status: 503 }, "deploy4me_challenge"],
  [{ kind: "challenge", status: 200 }, "deploy4me_challenge"],
  [{ kind: "edge-error", status: 520 }, "deploy4me_edge_error"],
  [{ kind: "edge-error", status: 522 }, "deploy4me_edge_error"],
  [{ kind: "edge-error", status: 526 }, "deploy4me_edge_error", /answered with 526/],
  [{ kind: "gateway-timeout" }, "deploy4me_edge_error"],
  [{ kind: "rate-limited", retryAfter: 7 }, "deploy4me_rate_limited", /Try again after \d{4}-/],
  [{ kind: "server-error", status: 500 }, "deploy4me_server_error", /failed at GET .* with 500 \(«/],
  [{ kind: "server-error", status: 503 }, "deploy4me_server_error"],
  [{ kind: "reset" }, "deploy4me_connection_lost"],
  [{ kind: "reset", applied: true }, "deploy4me_connection_lost"],
  [{ kind: "truncated", how: "length" }, "deploy4me_truncated"],
  [{ kind: "truncated", how: "chunked" }, "deploy4me_truncated"],
  [{ kind: "truncated", how: "json" }, "deploy4me_truncated"],
  [{ kind: "empty" }, "deploy4me_empty"],
  [{ kind: "slow", delay: 60 }, "deploy4me_timeout"],
  [{ kind: "dribble", bytes: 1, pause: 5 }, "deploy4me_timeout"],
];

/** Not tried again: it would not help. */
const atOnce: [object, string][] = [
  [{ kind: "blocked" }, "deploy4me_blocked"],
  [{ kind: "blocked", plain: true }, "deploy4me_blocked"],
  [{ kind: "rate-limited", retryAfter: 3600 }, "deploy4me_rate_limited"],
  [{ kind: "rate-limited" }, "deploy4me_rate_limited"],
];

/** Answers that are the API's, and are handed on at once. */
const handedOn: [object, number][] = [
  [{ kind: "not-found" }, 404],
  [{ kind: "wrong-type", type: "text/html; charset=utf-8" }, 200],
  [{ kind: "wrong-type", type: "text/plain" }, 200],
  [{ kind: "wrong-type", type: "application/octet-stream" }, 200],
  // Versions of the API are told by the watch, which is none here.
  [{ kind: "field-renamed", path: "$.droplet.size_slug", to: "size" }, 200],
  [{ kind: "field-dropped", path: "$.droplet.size_slug" }, 200],
  [{ kind: "type-changed", path: "$.droplet.id", to: "string" }, 200],
  [{ kind: "wrapped", in: "data" }, 200],
  [{ kind: "droplet-lost", droplet: "web" }, 404],
];

/** Tested beside the tables, or without a request of their own that they would strike. */
const others = ["token-revoked", "action-errored", "action-stuck", "never-boots", "wrong-host-key", "disk-full"];

describe("a read through the guard, when the sandbox has a fault", () => {
  let api: FaultyApi;
  let through: Guarded;
  let tokens: HandedToken;
  let path: string;
  beforeEach(async () => {
    api = await FaultyApi.open({ access: manyTokens({ [token]: "all", [other]: "all" }) });
    tokens = new HandedToken(token);
    through = await guarded(api.origin, {
      tokens,
      timeouts: { headers: 700, answer: 300 },
      retry: { attempts: 3, random: () => 0.5 },
    });
    path = `/v2/droplets/${await api.droplet("web")}`;
  });
  afterEach(async () => {
    api.faults.clearAll();
    await through.close();
    await api.close();
  });
  const strike = (definition: object, more: object): string => api.add({ ...definition, ...more });
  const droplet = (answer: Asked): unknown => (answer.json().droplet as Record<string, unknown>).name;

  test.each(toTheEnd)("%j passes: the client notices nothing", async (fault) => {
    const id = strike(fault, { count: 2 });
    const answer = await through.ask("GET", path);
    expect([answer.status, droplet(answer)]).toEqual([200, "web"]);
    expect(api.faults.get(id)).toMatchObject({ struck: 2 });
    expect(through.clock.slept).toHaveLength(2);
  });

  test.each(toTheEnd)("%j stays: the client is told what it is, once, in words", async (fault, code, words = /./) => {
    const id = strike(fault, { count: "unlimited" });
    const answer = await through.ask("GET", path);
    expect(answer.status).toBe(424);
    expect(answer.headers.get("content-type")).toContain("application/json");
    expect(answer.json()).toEqual({
      id: code,
      message: expect.stringMatching(words) as string,
      request_id: expect.stringMatching(/^[\w-]{10,}$/) as string,
    });
    expect(api.faults.get(id)).toMatchObject({ struck: 3 });
  });

  test.each(atOnce)("%j is not waited for", async (fault, code) => {
    const id = strike(fault, { count: "unlimited" });
    const answer = await through.ask("GET", path);
    expect([answer.status, answer.json().id]).toEqual([424, code]);
    expect(api.faults.get(id)).toMatchObject({ struck: 1 });
  });

  test.each(handedOn)("%j is the API's answer, and is handed on with %d", async (fault, status) => {
    strike(fault, { count: 1 });
    const answer = await through.ask("GET", path);
    expect(answer.status).toBe(status);
    expect(answer.headers.get("content-type")).toContain("application/json");
    expect(Object.keys(answer.json())).not.toHaveLength(0);
    expect(through.clock.slept).toEqual([]);
  });

  test("retry-after is waited for", async () => {
    strike({ kind: "rate-limited", retryAfter: 7 }, { count: 1 });
    expect((await through.ask("GET", path)).status).toBe(200);
    expect(through.clock.slept).toEqual([7000]);
  });

  test("a token that is revoked in mid-run is replaced by another: the client notices nothing", async () => {
    tokens.next = other;
    api.add({ kind: "token-revoked", token });
    const answer = await through.ask("GET", path);
    expect([answer.status, droplet(answer)]).toEqual([200, "web"]);
    expect(tokens.refused).toEqual([token]);
    expect(through.clock.slept).toEqual([]);
  });

  test("a token in whose place none can be had: the client is told to connect anew", async () => {
    api.add({ kind: "token-revoked" });
    const answer = await through.ask("GET", path);
    expect([answer.status, answer.json().id]).toEqual([424, "deploy4me_reconnect_needed"]);
    expect(answer.text).toContain("deploy4me connect digitalocean");
  });

  test("a second token that is refused as well ends it", async () => {
    tokens.next = other;
    const id = api.add({ kind: "token-revoked" });
    const answer = await through.ask("GET", path);
    expect([answer.status, answer.json().id]).toEqual([424, "deploy4me_token_refused"]);
    expect(tokens.refused).toHaveLength(1);
    expect(api.faults.get(id)).toMatchObject({ struck: 2 });
  });

  test("every kind of fault is looked at here", () => {
    const seen = [...toTheEnd, ...atOnce, ...handedOn].map(([fault]) => (fault as { kind: string }).kind);
    expect([...new Set([...seen, ...others])].sort()).toEqual(kinds.map(({ name }) => name).sort());
  });
});
