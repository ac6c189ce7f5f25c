import { small } from "../../sandbox/faults/faulty-api";
import { publicKey } from "./kinds";
import { Operations } from "./operation";

/** The cloud shows a new droplet after a while only. */
describe("a droplet that is made and not shown yet", () => {
  let operations: Operations;
  beforeEach(async () => {
    operations = await Operations.open();
    operations.api.cloud.consistency.dropletHiddenMs = 600;
  });
  afterEach(() => operations.close());
  const create = () => operations.post("/v2/droplets", { ...small, name: "web" });

  test("is waited for, and not made a second time", async () => {
    await operations.next({ visibleWithin: 10_000 });
    operations.once("POST /v2/droplets", { kind: "reset", applied: true });
    expect((await create()).status).toBe(202);
    expect(operations.state.droplets).toHaveLength(1);
  });

  test("and was answered to one create, is not taken for what the next equal one made", async () => {
    await operations.next({ visibleWithin: 2000 });
    const first = await create();
    operations.once("POST /v2/droplets", { kind: "reset" });
    const second = await create();
    const [one, other] = [first, second].map((answer) => (answer.json().droplet as { id: number }).id);
    expect(one).not.toBe(other);
    expect(operations.state.droplets).toHaveLength(2);
  });

  test("is waited for in a later operation as well, from when the failure was", async () => {
    await operations.next({ visibleWithin: 0 });
    operations.once("POST /v2/droplets", { kind: "reset", applied: true });
    operations.api.add({ kind: "challenge", route: "GET /v2/droplets", count: "unlimited", skip: 1 });
    expect((await create()).status).toBe(424);
    operations.api.faults.clearAll();
    await operations.next({ visibleWithin: 10_000 });
    expect((await create()).status).toBe(202);
    expect(operations.state.droplets).toHaveLength(1);
  });
});

test("a key that was missing when it was looked for, and that the API then refuses as one that is there, is found", async () => {
  const operations = await Operations.open();
  try {
    await operations.next({ visibleWithin: 0 });
    operations.once("POST /v2/account/keys", { kind: "reset", applied: true });
    // Not there before, which is true; not there after, which is not.
    operations.api.add({ kind: "not-found", route: "GET /v2/account/keys/*", skip: 1, count: 1 });
    const answer = await operations.post("/v2/account/keys", { name: "office", public_key: publicKey() });
    expect([answer.status, answer.json()]).toMatchObject([201, { ssh_key: { name: "office" } }]);
    expect(operations.state.sshKeys).toHaveLength(1);
  } finally {
    await operations.close();
  }
});
