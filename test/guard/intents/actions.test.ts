import { small } from "../../sandbox/faults/faulty-api";
import { Operations, someUnclear } from "./operation";

describe.each(someUnclear)("an action of which the end is not known: $fault", ({ fault }) => {
  let operations: Operations;
  let droplet: number;
  beforeEach(async () => {
    operations = await Operations.open();
    await operations.next();
    droplet = await operations.api.droplet("web");
  });
  afterEach(() => operations.close());
  const ofType = (type: string) => operations.state.actions.filter((action) => action.type === type);

  test("on a droplet is begun once", async () => {
    // One of the same type that was there before is another one.
    await operations.post(`/v2/droplets/${droplet}/actions`, { type: "power_off" });
    await operations.api.cloud.settled();
    await operations.post(`/v2/droplets/${droplet}/actions`, { type: "power_on" });
    await operations.api.cloud.settled();
    operations.once("POST /v2/droplets/*/actions", fault);
    const answer = await operations.post(`/v2/droplets/${droplet}/actions`, { type: "power_off" });
    const [, second] = ofType("power_off");
    expect([answer.status, answer.json()]).toMatchObject([201, { action: { id: second?.id, type: "power_off" } }]);
    expect(ofType("power_off")).toHaveLength(2);
  });

  test("that assigns a reserved IP is begun once", async () => {
    const reserved = await operations.post("/v2/reserved_ips", { region: "fra1" });
    const { ip } = reserved.json().reserved_ip as { ip: string };
    operations.once("POST /v2/reserved_ips/*/actions", fault);
    const answer = await operations.post(`/v2/reserved_ips/${ip}/actions`, { type: "assign", droplet_id: droplet });
    const [action] = ofType("assign_ip");
    expect([answer.status, answer.json()]).toMatchObject([201, { action: { id: action?.id, type: "assign_ip" } }]);
    await operations.api.cloud.settled();
    expect(operations.state.reservedIps).toMatchObject([{ ip, dropletId: droplet }]);
    expect(ofType("assign_ip")).toHaveLength(1);
  });

  test("that attaches a volume is begun once", async () => {
    await operations.post("/v2/volumes", { name: "data", region: "fra1", size_gigabytes: 1 });
    const id = operations.state.volumes[0]?.id ?? "";
    operations.once("POST /v2/volumes/*/actions", fault);
    const answer = await operations.post(`/v2/volumes/${id}/actions`, { type: "attach", droplet_id: droplet });
    expect([answer.status, answer.json()]).toMatchObject([202, { action: { type: "attach_volume" } }]);
    expect(ofType("attach_volume")).toHaveLength(1);
  });

  test("that assigns a reserved IPv6 address is begun once", async () => {
    const six = await operations.api.post("/v2/droplets", { ...small, name: "six", ipv6: true });
    const { droplet: own } = JSON.parse(six.body) as { droplet: { id: number } };
    await operations.api.cloud.settled();
    const reserved = await operations.post("/v2/reserved_ipv6", { region_slug: "fra1" });
    const { ip } = reserved.json().reserved_ipv6 as { ip: string };
    operations.once("POST /v2/reserved_ipv6/*/actions", fault);
    const path = `/v2/reserved_ipv6/${encodeURIComponent(ip)}/actions`;
    const answer = await operations.post(path, { type: "assign", droplet_id: own.id });
    expect([answer.status, answer.json()]).toMatchObject([201, { action: { type: "assign_ip" } }]);
    expect(ofType("assign_ip")).toHaveLength(1);
  });
});

test("an action of which nobody knows the end stands for an hour: what happened to a machine then says nothing about now", async () => {
  const operations = await Operations.open();
  let ahead = 0;
  const clock = { now: () => Date.now() + ahead, sleep: () => Promise.resolve() };
  try {
    await operations.next({ clock, visibleWithin: 0 });
    const droplet = await operations.api.droplet("web");
    const path = `/v2/droplets/${droplet}/actions`;
    operations.once(`POST ${path}`, { kind: "reset", applied: true });
    operations.api.add({ kind: "challenge", route: `GET ${path}`, count: "unlimited", skip: 1 });
    expect((await operations.post(path, { type: "power_off" })).status).toBe(424);
    operations.api.faults.clearAll();
    await operations.api.cloud.settled();
    await operations.api.post(path, { type: "power_on" });
    await operations.api.cloud.settled();
    ahead = 3_600_001;
    await operations.next({ clock, visibleWithin: 0 });
    expect((await operations.post(path, { type: "power_off" })).status).toBe(201);
    await operations.api.cloud.settled();
    expect(operations.state.actions.filter(({ type }) => type === "power_off")).toHaveLength(2);
  } finally {
    await operations.close();
  }
});

describe("an action that was carried out, and whose end the client never saw", () => {
  let operations: Operations;
  let droplet: number;
  let path: string;
  beforeEach(async () => {
    operations = await Operations.open();
    await operations.next();
    droplet = await operations.api.droplet("web");
    const reserved = await operations.post("/v2/reserved_ips", { region: "fra1" });
    path = `/v2/reserved_ips/${(reserved.json().reserved_ip as { ip: string }).ip}/actions`;
    await assign();
    await operations.api.cloud.settled();
    await operations.next();
  });
  afterEach(() => operations.close());
  const assign = () => operations.post(path, { type: "assign", droplet_id: droplet });

  test("is answered with the same one when the client asks for it once more, and the API refuses that", async () => {
    const [action] = operations.state.actions.slice(-1);
    const answer = await assign();
    expect([answer.status, answer.json()]).toMatchObject([201, { action: { id: action?.id, status: "completed" } }]);
    expect(operations.state.actions.slice(-1)).toEqual([action]);
  });

  test("is refused when anything else has happened to the same thing since", async () => {
    await operations.api.post(path, { type: "unassign" });
    await operations.api.cloud.settled();
    await operations.api.post(path, { type: "assign", droplet_id: droplet });
    await operations.api.cloud.settled();
    expect((await assign()).status).toBe(422);
  });

  test("is refused to a stack that never asked for it", async () => {
    const other = await Operations.beside(operations, "shop");
    expect((await other.post(path, { type: "assign", droplet_id: droplet })).status).toBe(422);
    await other.end();
  });
});

test("an action on what is not there is answered with the API's own 404", async () => {
  const operations = await Operations.open();
  try {
    await operations.next();
    const answer = await operations.post("/v2/reserved_ips/198.51.100.9/actions", { type: "unassign" });
    expect([answer.status, answer.json().id]).toEqual([404, "not_found"]);
    expect(operations.intents.unfinished()).toEqual([]);
  } finally {
    await operations.close();
  }
});
