import { type Contract, contractFor, drifts } from "../../../../connections/digitalocean/contract";
import type { Fields } from "../../../../connections/digitalocean/contract/notation";
import { differences, shapeOf } from "../../../../connections/digitalocean/contract/shape";

describe("which contract an answer is held against", () => {
  const operation = (method: string, path: string, status = 200): string | undefined =>
    contractFor(method, path, status)?.operation;

  test.each([
    ["GET", "/v2/droplets", "GET /v2/droplets"],
    ["get", "/v2/droplets/3164444", "GET /v2/droplets/{droplet_id}"],
    ["POST", "/v2/droplets", "POST /v2/droplets"],
    ["GET", "/v2/account/keys/aa:bb", "GET /v2/account/keys/{ssh_key_identifier}"],
    ["GET", "/v2/domains/example.com/records/5", "GET /v2/domains/{domain_name}/records/{domain_record_id}"],
    ["GET", "/v2/projects/default", "GET /v2/projects/{project_id}"],
  ])("%s %s is %s", (method, path, expected) => {
    expect(operation(method, path)).toBe(expected);
  });

  test("none, for what we don't use", () => {
    expect(operation("GET", "/v2/apps")).toBeUndefined();
    expect(operation("GET", "/v2/droplets/autoscale")).toBeUndefined();
    expect(operation("GET", "/v2/droplets/")).toBeUndefined();
    expect(operation("DELETE", "/v2/droplets/5", 204)).toBeUndefined();
    expect(operation("GET", "")).toBeUndefined();
  });

  test("none, for what is no success", () => {
    expect(operation("GET", "/v2/droplets/5", 404)).toBeUndefined();
    expect(operation("GET", "/v2/droplets/5", 302)).toBeUndefined();
  });

  test("the same, whichever success it is", () => {
    expect(operation("POST", "/v2/droplets", 201)).toBe("POST /v2/droplets");
  });
});

describe("the notation", () => {
  const compare = (fields: Fields, value: unknown): string[] =>
    differences(shapeOf(fields), value).map(({ field, expected, found }) => `${field}: ${expected}, ${found}`);

  test("a part with ? may be absent, but is of its type when it is there", () => {
    expect(compare({ "team?.name": "string" }, {})).toEqual([]);
    expect(compare({ "team?.name": "string" }, { team: { name: 5 } })).toEqual(["team.name: a string, a number"]);
    expect(compare({ "team?.name": "string" }, { team: {} })).toEqual(["team.name: a string, missing"]);
    expect(compare({ "team?.name": "string" }, { team: null })).toEqual(["team: an object, null"]);
  });

  test("null is right where it is named", () => {
    expect(compare({ droplet: "object|null", "droplet.id": "integer" }, { droplet: null })).toEqual([]);
    expect(compare({ droplet: "object|null", "droplet.id": "integer" }, {})).toEqual([
      "droplet: an object or null, missing",
    ]);
    expect(compare({ tags: "array|null", "tags[]": "string" }, { tags: null })).toEqual([]);
  });

  test("an integer is no fraction, and a number may be either", () => {
    expect(compare({ id: "integer" }, { id: 1.5 })).toEqual(["id: an integer, a number"]);
    expect(compare({ price: "number" }, { price: 5 })).toEqual([]);
  });

  test("a list is no object, and an object no list", () => {
    expect(compare({ "a.b": "string" }, { a: [] })).toEqual(["a: an object, an array"]);
    expect(compare({ "a[]": "string" }, { a: { 0: "x" } })).toEqual(["a: an array, an object"]);
    expect(compare({ a: "string" }, [])).toEqual([": an object, an array"]);
  });

  test("lists within lists", () => {
    expect(compare({ "rows[].cells[].name": "string" }, { rows: [{ cells: [{ name: "a" }, {}] }] })).toEqual([
      "rows[].cells[].name: a string, missing",
    ]);
  });

  test("what a value has inherited is not its own", () => {
    expect(compare({ toString: "object" } as unknown as Fields, {})).toEqual(["toString: an object, missing"]);
    expect(compare({ name: "string" }, JSON.parse('{"__proto__": {"name": "x"}}'))).toEqual([
      "name: a string, missing",
    ]);
  });

  test("what leads to something essential is essential, up to what may be absent", () => {
    const fields: Fields = { "a.b?.c": "string!", "a.d": "string", "e.f": "string" };
    const essential = differences(shapeOf(fields), {}).map(({ field, essential }) => [field, essential]);
    expect(essential).toEqual([
      ["a", false],
      ["e", false],
    ]);
    expect(differences(shapeOf(fields), { a: { b: {}, d: 5 }, e: {} })).toMatchObject([
      { field: "a.b.c", essential: true },
      { field: "a.d", essential: false },
      { field: "e.f", essential: false },
    ]);
    expect(differences(shapeOf({ "a.b": "string!" }), {})).toMatchObject([{ field: "a", essential: true }]);
  });

  test("contradictions are mistakes of ours", () => {
    expect(() => shapeOf({ a: "string", "a.b": "string" })).toThrow("«a.b»");
    expect(() => shapeOf({ "a.b": "string", a: "string" })).toThrow("«a»");
    expect(() => shapeOf({ "a-b": "string" })).toThrow("«a-b»");
  });
});

describe("several forms", () => {
  const contract: Contract = {
    operation: "POST /v2/droplets",
    status: 202,
    fields: { "droplet.id": "integer!" },
    or: { "droplets[].id": "integer!" },
  };

  test("either is right", () => {
    expect(drifts(contract, { droplet: { id: 5 } })).toEqual([]);
    expect(drifts(contract, { droplets: [{ id: 5 }] })).toEqual([]);
  });

  test("of neither, the differences from the first are told", () => {
    expect(drifts(contract, {})).toMatchObject([{ field: "droplet", found: "missing" }]);
  });
});

test("no value is in a drift: it may be a secret", () => {
  const contract = contractFor("GET", "/v2/account", 200)!;
  expect(JSON.stringify(drifts(contract, { account: { uuid: ["hunter2"] } }))).not.toContain("hunter2");
});
