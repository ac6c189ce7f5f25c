import { contractFor, type Drift, drifts } from "../../../../connections/digitalocean/contract";
import { readAnswer } from "../../../../connections/answer";
import { FaultyApi, token } from "../../../sandbox/faults/faulty-api";
import { ask } from "../../ask";

let api: FaultyApi;
let droplet: number;

beforeAll(async () => {
  api = await FaultyApi.open();
  droplet = await api.droplet("web-1");
  await api.droplet("web-2");
});
afterEach(() => {
  api.faults.clearAll();
});
afterAll(() => api.close());

/** What is seen in the API's next answer, with a new version of the API. */
async function seen(path: string, ...versions: readonly object[]): Promise<readonly Drift[]> {
  for (const version of versions) api.add(version);
  const answer = readAnswer(await ask(api.origin + path, token));
  const contract = contractFor("GET", path, 200);
  if (answer.kind !== "json" || contract === undefined) throw new Error(`${path} is answered with ${answer.kind}`);
  return drifts(contract, answer.value);
}

test("the API as it is has no drift", async () => {
  expect(await seen(`/v2/droplets/${droplet}`)).toEqual([]);
});

test("a field that has another name is missing", async () => {
  expect(
    await seen(`/v2/droplets/${droplet}`, { kind: "field-renamed", path: "$.droplet.size_slug", to: "size_id" }),
  ).toEqual([
    {
      operation: "GET /v2/droplets/{droplet_id}",
      field: "droplet.size_slug",
      expected: "a string",
      found: "missing",
      essential: true,
    },
  ]);
});

test("a field that is gone is missing", async () => {
  const [drift, ...others] = await seen(`/v2/droplets/${droplet}`, { kind: "field-dropped", path: "$..networks.v4" });
  expect(drift).toMatchObject({
    field: "droplet.networks.v4",
    expected: "an array",
    found: "missing",
    essential: true,
  });
  expect(others).toEqual([]);
});

test.each([
  ["string", "a string"],
  ["boolean", "a boolean"],
  ["array", "an array"],
  ["object", "an object"],
  ["null", "null"],
])("a number that became %s is seen as %s", async (to, found) => {
  const drift = await seen(`/v2/droplets/${droplet}`, { kind: "type-changed", path: "$.droplet.id", to });
  expect(drift).toMatchObject([{ field: "droplet.id", expected: "an integer", found, essential: true }]);
});

test("an answer inside of something else has none of the fields, and that is one drift", async () => {
  expect(await seen(`/v2/droplets/${droplet}`, { kind: "wrapped", in: "data" })).toMatchObject([
    { field: "droplet", expected: "an object", found: "missing", essential: true },
  ]);
});

test("a list's name is missed: a client would see an empty list", async () => {
  expect(await seen("/v2/droplets", { kind: "field-renamed", path: "$.droplets", to: "machines" })).toMatchObject([
    { field: "droplets", expected: "an array", found: "missing", essential: true },
  ]);
});

test("a change in every item of a list is one drift", async () => {
  expect(await seen("/v2/droplets", { kind: "type-changed", path: "$.droplets[*].name", to: "number" })).toMatchObject([
    { field: "droplets[].name", expected: "a string", found: "a number" },
  ]);
});

test("several changes are several drifts", async () => {
  const changes = ["$.account.uuid", "$.account.email"].map((path) => ({ kind: "field-dropped", path }));
  expect(await seen("/v2/account", ...changes)).toMatchObject([
    { field: "account.uuid", essential: true },
    { field: "account.email", essential: false },
  ]);
});

test("a field that we don't rely on may go", async () => {
  expect(await seen(`/v2/droplets/${droplet}`, { kind: "field-dropped", path: "$.droplet.backup_ids" })).toEqual([]);
});

test.each(["/v2/droplets/17/actions", "/v2/reserved_ips/192.0.2.17/actions"])(
  "how far an action is that was begun is missed: clients read it from the answer to %s",
  (path) => {
    const action = { id: 17, type: "assign_ip", started_at: "2026-01-01T00:00:00Z", resource_type: "reserved_ip" };
    const contract = contractFor("POST", path, 201);
    const found = (answer: object) => contract && drifts(contract, { action: answer });
    expect(found({ ...action, status: "in-progress" })).toEqual([]);
    for (const status of [["in-progress"], undefined, null, 17])
      expect(found({ ...action, status })).toMatchObject([{ field: "action.status", essential: true }]);
    expect(found({ ...action, status: "in-progress", started_at: 17 })).toMatchObject([
      { field: "action.started_at", essential: false },
    ]);
  },
);
