import { small } from "../../sandbox/faults/faulty-api";
import { Operations } from "./operation";

const lost = { kind: "reset", applied: true };
const web = { ...small, name: "web", tags: ["office"] };

describe("a create that can't be looked up", () => {
  let operations: Operations;
  beforeEach(async () => {
    operations = await Operations.open();
    await operations.next();
  });
  afterEach(() => operations.close());
  const create = (body: object = web) => operations.post("/v2/droplets", body);
  const names = () => operations.state.droplets.map(({ name }) => name);

  /** Lost, and then nothing can be read any more. */
  const blind = (fault: object = lost, reads: object = { kind: "challenge", status: 403 }): void => {
    operations.once("POST /v2/droplets", fault);
    operations.api.add({ skip: 1, ...reads, route: "GET /v2/droplets", count: "unlimited" });
  };

  test("is told as such, with what happened and what to do, and is not sent again", async () => {
    blind();
    const answer = await create();
    expect(answer.status).toBe(424);
    expect(answer.json()).toMatchObject({ id: "deploy4me_create_unconfirmed" });
    expect(answer.json().message).toMatch(/It is not known whether a droplet was made, and it could not be looked up/);
    expect(answer.json().message).toMatch(
      /The connection to DigitalOcean's API broke.*check for robots.*Run the command again/,
    );
    expect(names()).toEqual(["web"]);
    expect(operations.intents.unfinished("office")).toMatchObject([
      { method: "POST", path: "/v2/droplets", state: "ambiguous", reason: "CONNECTION_LOST", marks: { name: "web" } },
    ]);
  });

  test.each([
    [true, "the same operation"],
    [true, "the next operation"],
    [false, "the same operation"],
    [false, "the next operation"],
  ])("is found out by the next equal create (carried out: %s, in %s)", async (applied, when) => {
    blind({ kind: "reset", applied });
    await create();
    operations.api.faults.clearAll();
    if (when === "the next operation") await operations.next();
    const answer = await create();
    expect(answer.status).toBe(202);
    expect(answer.json()).toMatchObject({ droplet: { id: operations.state.droplets[0]?.id, name: "web" } });
    expect(names()).toEqual(["web"]);
    expect(operations.intents.unfinished()).toEqual([]);
    await create();
    expect(names()).toEqual(["web", "web"]);
  });

  test.each([
    [
      "has lost the field by which it would be known",
      { kind: "field-dropped", path: "$.droplets[*].size_slug", skip: 0 },
    ],
    ["has lost its ids", { kind: "field-renamed", path: "$.droplets[*].id", to: "number", skip: 0 }],
    ["is called otherwise", { kind: "field-renamed", path: "$.droplets", to: "machines" }],
    ["is no list", { kind: "type-changed", path: "$.droplets", to: "string" }],
    ["is said not to be there", { kind: "not-found" }],
  ])("because the listing %s, is not taken for «not there»", async (_what, reads) => {
    blind(lost, reads);
    expect((await create()).json()).toMatchObject({ id: "deploy4me_create_unconfirmed" });
    expect(names()).toEqual(["web"]);
  });

  test("is not even sent when what is there already can't be listed", async () => {
    operations.always("GET /v2/droplets", { kind: "challenge", status: 403 });
    const answer = await create();
    expect(answer.json()).toMatchObject({ id: "deploy4me_challenge" });
    expect(names()).toEqual([]);
    expect(operations.intents.unfinished()).toEqual([]);
  });

  test("and was asked for in another way then, is named as what stands in the way", async () => {
    blind();
    await create();
    operations.api.faults.clearAll();
    await operations.next();
    const other = await create({ ...web, size: "s-1vcpu-2gb" });
    expect(other.json()).toMatchObject({ id: "deploy4me_create_leftover" });
    expect(other.json().message).toContain(`/v2/droplets/${operations.state.droplets[0]?.id ?? ""}`);
    expect(names()).toEqual(["web"]);
    await operations.through.ask("DELETE", `/v2/droplets/${operations.state.droplets[0]?.id ?? ""}`);
    await operations.api.cloud.settled();
    expect((await create({ ...web, size: "s-1vcpu-2gb" })).status).toBe(202);
    expect(names()).toEqual(["web"]);
  });

  test("and was never carried out, does not stand in the way of another one", async () => {
    blind({ kind: "reset" });
    await create();
    operations.api.faults.clearAll();
    expect((await create({ ...web, size: "s-1vcpu-2gb" })).status).toBe(202);
    expect(operations.intents.unfinished()).toEqual([]);
  });

  test("because two have appeared, says so and makes no third", async () => {
    blind();
    await create();
    operations.api.faults.clearAll();
    await operations.api.post("/v2/droplets", web);
    const answer = await create();
    expect(answer.json()).toMatchObject({ id: "deploy4me_create_unconfirmed" });
    expect(answer.json().message).toMatch(/droplets\/\d+ and \/v2\/droplets\/\d+ both appeared/);
    expect(names()).toEqual(["web", "web"]);
  });
});
