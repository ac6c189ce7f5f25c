import { kinds } from "./kinds";
import { Operations, someUnclear, unclear } from "./operation";

/** What is the same in every answer of a kind: the names of the fields, all the way down. */
function form(value: unknown): unknown {
  if (Array.isArray(value)) return value.slice(0, 1).map(form);
  if (typeof value !== "object" || value === null) return typeof value;
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, form(inner)]));
}

describe.each(kinds)("$name", (kind) => {
  const { name, envelope } = kind;
  let operations: Operations;
  beforeEach(async () => {
    operations = await Operations.open();
    await operations.next();
    await kind.prepare?.(operations);
  });
  afterEach(() => operations.close());
  const create = () => operations.post(kind.path(operations.state), kind.body(operations.state));

  const faults = ["a droplet", "a reserved IP", "a tag"].includes(name) ? unclear : someUnclear;

  test.each(faults)("is made once, and answered as if nothing had been: $fault", async ({ fault }) => {
    const id = operations.once(`POST ${kind.path(operations.state)}`, fault);
    const answer = await create();
    expect(operations.api.faults.get(id)).toMatchObject({ struck: 1 });
    expect(answer.status).toBeGreaterThanOrEqual(201);
    expect(answer.status).toBeLessThanOrEqual(202);
    expect(answer.json()).toHaveProperty(envelope);
    expect(kind.count(operations.state)).toBe(1);
    expect(operations.intents.unfinished()).toEqual([]);
  });
});

test("a droplet that was found is answered in the form in which the API answers", async () => {
  const operations = await Operations.open();
  try {
    await operations.next();
    const [droplet] = kinds;
    const plain = await operations.post("/v2/droplets", { ...droplet!.body(operations.state), name: "other" });
    operations.once("POST /v2/droplets", { kind: "reset", applied: true });
    const found = await operations.post("/v2/droplets", droplet!.body(operations.state));
    expect(found.status).toBe(plain.status);
    expect(form(found.json())).toMatchObject({ links: form(plain.json().links) as object });
    expect(Object.keys(found.json().droplet as object)).toEqual(Object.keys(plain.json().droplet as object));
    const { links } = found.json() as { links: { actions: [{ id: number; rel: string; href: string }] } };
    expect(links.actions[0].rel).toBe("create");
    const { pathname } = new URL(links.actions[0].href);
    expect((await operations.through.ask("GET", pathname)).json()).toMatchObject({ action: { type: "create" } });
  } finally {
    await operations.close();
  }
});
