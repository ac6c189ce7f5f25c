import { small } from "../../sandbox/faults/faulty-api";
import { Operations } from "./operation";

const address = { region: "fra1" };
const lost = { kind: "reset", applied: true };

/** Equal creates that are meant, and the same create once more. */
describe("two equal creates", () => {
  let operations: Operations;
  beforeEach(async () => {
    operations = await Operations.open();
    await operations.next();
  });
  afterEach(() => operations.close());
  const reserve = async () => {
    const answer = await operations.post("/v2/reserved_ips", address);
    return { status: answer.status, ip: (answer.json().reserved_ip as { ip?: string } | undefined)?.ip };
  };

  test("one after the other are both made", async () => {
    const [one, other] = [await reserve(), await reserve()];
    expect(one.ip).not.toBe(other.ip);
    expect(operations.state.reservedIps).toHaveLength(2);
  });

  test("at the same time are both made", async () => {
    const ips = await Promise.all([reserve(), reserve(), reserve()]);
    expect(new Set(ips.map(({ ip }) => ip)).size).toBe(3);
    expect(operations.state.reservedIps).toHaveLength(3);
  });

  test("of which the second comes while the first is on its way are both made", async () => {
    const held = operations.once("POST /v2/reserved_ips", { kind: "slow", delay: 0.3, applied: true });
    const first = reserve();
    while (operations.api.faults.get(held)?.struck !== 1) await new Promise((resolve) => setTimeout(resolve, 2));
    const [one, other] = await Promise.all([first, reserve()]);
    expect(one.ip).not.toBe(other.ip);
    expect(operations.state.reservedIps).toHaveLength(2);
  });

  test.each([1, 2, 3])("at the same time are both made when %i of the answers get lost", async (count) => {
    operations.api.add({ ...lost, route: "POST /v2/reserved_ips", count });
    const ips = await Promise.all([reserve(), reserve(), reserve()]);
    expect(new Set(ips.map(({ ip }) => ip)).size).toBe(3);
    expect(operations.state.reservedIps).toHaveLength(3);
  });

  test("are both made when the first one was never carried out", async () => {
    operations.once("POST /v2/reserved_ips", { kind: "reset" });
    const ips = await Promise.all([reserve(), reserve()]);
    expect(new Set(ips.map(({ ip }) => ip)).size).toBe(2);
    expect(operations.state.reservedIps).toHaveLength(2);
  });

  test("of droplets of one name are both made, and each is told of its own", async () => {
    operations.once("POST /v2/droplets", lost);
    const create = async () =>
      ((await operations.post("/v2/droplets", { ...small, name: "web" })).json().droplet as { id: number }).id;
    const ids = [await create(), await create()];
    expect(new Set(ids).size).toBe(2);
    expect(operations.state.droplets.map(({ id }) => id)).toEqual(ids);
  });

  test("of which one could not be looked up: the next takes what it made, and the one after it makes its own", async () => {
    operations.once("POST /v2/reserved_ips", lost);
    const skipped = operations.api.add({
      kind: "challenge",
      route: "GET /v2/reserved_ips",
      count: "unlimited",
      skip: 1,
    });
    expect(await reserve()).toEqual({ status: 424, ip: undefined });
    operations.api.faults.clear(skipped);
    const ips = [await reserve(), await reserve()];
    expect(new Set(ips.map(({ ip }) => ip)).size).toBe(2);
    expect(operations.state.reservedIps).toHaveLength(2);
  });

  test("of two stacks of one account, through two guards, are both made when both answers get lost", async () => {
    const other = await Operations.beside(operations, "shop");
    try {
      operations.api.add({ ...lost, route: "POST /v2/reserved_ips", count: 2 });
      const reserved = await Promise.all(
        [operations, other].map(async (one) => (await one.post("/v2/reserved_ips", address)).json().reserved_ip),
      );
      expect(new Set(reserved.map((one) => (one as { ip: string }).ip)).size).toBe(2);
      expect(operations.state.reservedIps).toHaveLength(2);
    } finally {
      await other.end();
    }
  });
});
