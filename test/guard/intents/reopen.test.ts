import { small } from "../../sandbox/faults/faulty-api";
import { Operations } from "./operation";

/** The client got its answers and was killed before it wrote them into its state. */
describe("what a client was told and has lost", () => {
  let operations: Operations;
  beforeEach(async () => {
    operations = await Operations.open();
    await operations.next();
    await operations.post("/v2/droplets", { ...small, name: "kept" });
    await operations.post("/v2/droplets", { ...small, name: "lost" });
    await operations.post("/v2/reserved_ips", { region: "fra1" });
    await operations.post("/v2/droplets", { ...small, name: "deleted" });
    const deleted = idOf("deleted");
    await operations.api.cloud.settled();
    await operations.post(`/v2/droplets/${deleted}/actions`, { type: "power_off" });
    await operations.api.cloud.settled();
    await operations.through.ask("DELETE", `/v2/droplets/${deleted}`);
    await operations.api.cloud.settled();
    await operations.next();
  });
  afterEach(() => operations.close());
  const idOf = (name: string) => operations.state.droplets.find((one) => one.name === name)?.id ?? 0;

  test("is found again by the next equal request, all of it and nothing else", async () => {
    const known = [`/v2/droplets/${idOf("kept")}`];
    const [lost, ip] = [idOf("lost"), operations.state.reservedIps[0]?.ip ?? ""];
    const missing = operations.intents.reopen("office", (path) => known.includes(path));
    expect(missing).toEqual([`/v2/droplets/${lost}`, `/v2/reserved_ips/${ip}`]);
    const droplet = await operations.post("/v2/droplets", { ...small, name: "lost" });
    expect(droplet.json()).toMatchObject({ droplet: { id: lost } });
    const address = await operations.post("/v2/reserved_ips", { region: "fra1" });
    expect(address.json()).toMatchObject({ reserved_ip: { ip } });
    await operations.post("/v2/droplets", { ...small, name: "kept" });
    expect(operations.state.droplets.map(({ name }) => name).sort()).toEqual(["kept", "kept", "lost"]);
    expect(operations.state.reservedIps).toHaveLength(1);
    expect(operations.intents.unfinished()).toEqual([]);
  });

  test("is another stack's only when it is that one's", () => {
    expect(operations.intents.reopen("shop", () => false)).toEqual([]);
  });
});
