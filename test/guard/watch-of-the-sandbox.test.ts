import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { recordedDrifts } from "../../guard/drift-record";
import { ContractWatch } from "../../guard/watch";
import { FaultyApi, small, token } from "../sandbox/faults/faulty-api";
import { type Guarded, guarded, HandedToken } from "./guarded";

/** The sandbox's API, with what a new version of it may change. */
describe("what changes in the API", () => {
  let directory: string;
  let api: FaultyApi;
  let watch: ContractWatch;
  let through: Guarded;

  beforeEach(async () => {
    directory = mkdtempSync(join(tmpdir(), "deploy4me-watch-"));
    api = await FaultyApi.open();
    watch = new ContractWatch({ file: join(directory, "guard.db") });
    through = await guarded(api.origin, { watch, tokens: new HandedToken(token) });
  });
  afterEach(async () => {
    await through.close();
    watch.close();
    await api.close();
    rmSync(directory, { recursive: true, force: true });
  });

  const recorded = () => {
    watch.close();
    return recordedDrifts(join(directory, "guard.db")).map(({ operation, field, found, count }) => ({
      operation,
      field,
      found,
      count,
    }));
  };

  test("is nothing while a droplet is made, listed and deleted", async () => {
    const created = await through.ask("POST", "/v2/droplets", { ...small, name: "wiki" });
    const { id } = created.json().droplet as { id: number };
    await api.cloud.settled();
    for (const path of ["/v2/droplets", `/v2/droplets/${id}`, "/v2/account", "/v2/regions", "/v2/sizes", "/v2/images"])
      expect((await through.ask("GET", path)).status).toBe(200);
    expect((await through.ask("DELETE", `/v2/droplets/${id}`)).status).toBe(204);
    expect(recorded()).toEqual([]);
  });

  test("is written down, and the answer handed on when nobody goes wrong by it", async () => {
    const id = await api.droplet("wiki");
    api.add({ kind: "field-dropped", path: "$.droplet.created_at", route: "GET /v2/droplets/*" });
    for (let again = 0; again < 3; again++)
      expect((await through.ask("GET", `/v2/droplets/${id}`)).json()).toHaveProperty("droplet.id", id);
    expect(recorded()).toEqual([
      { operation: "GET /v2/droplets/{droplet_id}", field: "droplet.created_at", found: "missing", count: 3 },
    ]);
  });

  test("is an error in words when a client would go wrong by it", async () => {
    const id = await api.droplet("wiki");
    api.add({ kind: "type-changed", path: "$.droplet.id", to: "object", route: "GET /v2/droplets/*" });
    const answer = await through.ask("GET", `/v2/droplets/${id}`);
    expect(answer.status).toBe(424);
    expect(answer.json()).toMatchObject({
      id: "deploy4me_api_changed",
      message: expect.stringContaining("«droplet.id» should be an integer and is an object") as string,
    });
    expect(recorded()).toMatchObject([{ field: "droplet.id", found: "an object", count: 1 }]);
  });
});
