import { type Answer, type HeaderFields, readAnswer } from "../../connections/answer";
import { FaultyApi, small, token } from "../sandbox/faults/faulty-api";
import { ask } from "./ask";

const ray: unknown = expect.stringMatching(/^[0-9a-f]{16}-FRA$/);

/** A page has it without the data centre. */
const rayInPage: unknown = expect.stringMatching(/^[0-9a-f]{16}$/);

let api: FaultyApi;
let droplet: number;

beforeAll(async () => {
  api = await FaultyApi.open();
  droplet = await api.droplet("web-1");
});
afterEach(() => {
  api.faults.clearAll();
});
afterAll(() => api.close());

async function read(fault: object, path = `/v2/droplets/${droplet}`, method = "GET", body?: object): Promise<Answer> {
  api.add(fault);
  return readAnswer(await ask(api.origin + path, token, method, body));
}

test("the API's own answers are JSON, also behind Cloudflare's headers", async () => {
  const raw = await ask(`${api.origin}/v2/droplets/${droplet}`, token);
  const answer = readAnswer({
    ...raw,
    headers: { ...raw.headers, server: "cloudflare", "cf-ray": "8f1b2c3d4e5f6a7b-FRA" },
  });
  expect(answer).toMatchObject({ kind: "json", labelled: true, value: { droplet: { id: droplet } } });
});

test.each([403, 503, 200])("a challenge page with %d is a challenge", async (status) => {
  expect(await read({ kind: "challenge", status })).toEqual({ kind: "challenge", rayId: ray });
});

test.each([403, 503, 200])("a challenge page with %d is one by its content too", async (status) => {
  api.add({ kind: "challenge", status });
  const raw = await ask(`${api.origin}/v2/account`, token);
  expect(raw.headers["cf-mitigated"]).toBe("challenge");
  const headers = without(raw.headers, "cf-mitigated", "cf-ray", "server");
  expect(readAnswer({ ...raw, headers })).toEqual({ kind: "challenge", rayId: rayInPage });
});

test("a challenge page cut short is a challenge", async () => {
  api.add({ kind: "challenge" });
  const raw = await ask(`${api.origin}/v2/account`, token);
  const headers = without(raw.headers, "cf-mitigated");
  const body = raw.body.subarray(0, raw.body.length - 50);
  expect(readAnswer({ ...raw, headers, body, complete: false })).toMatchObject({ kind: "challenge" });
});

test.each([true, false])("a block with code 1020 is a block (plain: %s)", async (plain) => {
  expect(await read({ kind: "blocked", plain })).toEqual({ kind: "block", code: 1020, rayId: ray });
});

describe.each([520, 521, 522, 523, 524, 525, 526])("Cloudflare's %d", (status) => {
  test.each([true, false])("is an error at the edge (plain: %s)", async (plain) => {
    expect(await read({ kind: "edge-error", status, plain })).toEqual({ kind: "edge-error", status, rayId: ray });
  });
});

test.each([
  [
    { kind: "blocked", problem: true },
    { kind: "block", code: 1020 },
  ],
  [
    { kind: "edge-error", status: 521, problem: true },
    { kind: "edge-error", status: 521 },
  ],
])("Cloudflare's own JSON is not the API's: %j", async (fault, expected) => {
  expect(await read(fault)).toEqual({ ...expected, rayId: ray });
});

test("a proxy's 504 in HTML is an error at the edge", async () => {
  expect(await read({ kind: "gateway-timeout" })).toEqual({ kind: "edge-error", status: 504, rayId: ray });
});

test.each(["length", "chunked", "json"])("JSON that ends too early is truncated (%s)", async (how) => {
  for (const keep of [0.01, 0.5, 0.999]) {
    expect(await read({ kind: "truncated", how, keep })).toEqual({ kind: "truncated" });
    api.faults.clearAll();
  }
});

test("200 with nothing in it is not expected of a read", async () => {
  expect(await read({ kind: "empty" })).toEqual({ kind: "empty", expected: false });
});

test.each(["text/html; charset=utf-8", "text/plain"])("JSON that is called %s is JSON", async (type) => {
  const answer = await read({ kind: "wrong-type", type });
  expect(answer).toMatchObject({ kind: "json", labelled: false, value: { droplet: { id: droplet } } });
});

test.each([{ kind: "not-found" }, { kind: "rate-limited" }, { kind: "token-revoked" }, { kind: "server-error" }])(
  "the API's own errors are JSON: $kind",
  async (fault) => {
    expect(await read(fault)).toMatchObject({ kind: "json", labelled: true });
  },
);

test("nothing is right after a deletion", async () => {
  const id = await api.droplet("web-2");
  const raw = await ask(`${api.origin}/v2/droplets/${id}`, token, "DELETE");
  expect(readAnswer(raw)).toEqual({ kind: "empty", expected: true });
});

test("a creation that was carried out and answered with a page is no JSON", async () => {
  const fault = { kind: "challenge", status: 200, applied: true, route: "POST /v2/droplets" };
  expect(await read(fault, "/v2/droplets", "POST", { ...small, name: "web-3" })).toMatchObject({ kind: "challenge" });
  expect(api.named("web-3")).toHaveLength(1);
});

function without(headers: HeaderFields, ...names: readonly string[]): HeaderFields {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !names.includes(name)));
}
