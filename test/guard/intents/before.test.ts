import { small } from "../../sandbox/faults/faulty-api";
import { publicKey } from "./kinds";
import { Operations } from "./operation";

describe("what was there before a create", () => {
  let operations: Operations;
  beforeEach(async () => {
    operations = await Operations.open();
    await operations.next();
  });
  afterEach(() => operations.close());

  test.each([true, false])(
    "is not taken for what it made: a droplet of the same name (carried out: %s)",
    async (applied) => {
      const older = await operations.api.droplet("web");
      operations.once("POST /v2/droplets", { kind: "reset", applied });
      const answer = await operations.post("/v2/droplets", { ...small, name: "web" });
      expect(answer.status).toBe(202);
      expect((answer.json().droplet as { id: number }).id).not.toBe(older);
      expect(operations.state.droplets).toHaveLength(2);
    },
  );

  test("is not taken for it: a colleague's key, which is refused as it would be without a fault", async () => {
    const key = { name: "colleague", public_key: publicKey() };
    await operations.api.post("/v2/account/keys", key);
    operations.once("POST /v2/account/keys", { kind: "reset" });
    const answer = await operations.post("/v2/account/keys", { ...key, name: "office" });
    expect(answer.status).toBe(422);
    expect(answer.json().message).toMatch(/already in use/);
    expect(operations.state.sshKeys.map(({ name }) => name)).toEqual(["colleague"]);
    expect(operations.intents.unfinished()).toEqual([]);
  });

  test("may be on another page of the listing", async () => {
    await operations.post("/v2/domains", { name: "example.com" });
    for (let number = 0; number < 230; number++) {
      await operations.api.post("/v2/domains/example.com/records", {
        type: "TXT",
        name: "many",
        data: `number ${number}`,
      });
    }
    operations.once("POST /v2/domains/example.com/records", { kind: "reset", applied: true });
    const record = { type: "TXT", name: "many", data: "the last" };
    const answer = await operations.post("/v2/domains/example.com/records", record);
    expect(answer.json()).toMatchObject({ domain_record: record });
    const all = operations.state.domains[0]?.records.filter(({ type }) => type === "TXT");
    expect(all).toHaveLength(231);
  });
});
