import { generateKeyPair } from "../../../components/remote/ssh-keys";
import type { PendingOperation, StateResource } from "../../../driver/state/state";
import { small, TestApi } from "../../sandbox/digitalocean/api";
import { failureOf } from "../fixture";
import { resource, settle } from "./settling";

/** What was being created when an operation died, with credentials that go to the cloud directly: names and marks are all there is. */
let api: TestApi;
let vpc: string;
beforeAll(async () => {
  api = await TestApi.open();
  vpc = (await api.post("/v2/vpcs", { name: "test-office", region: "fra1", ip_range: "10.30.0.0/24" })).text(
    "vpc",
    "id",
  );
});
afterAll(async () => {
  await api.close();
});

const creating = (one: StateResource): PendingOperation => ({ type: "creating", resource: one });
const key = generateKeyPair("office");

/** The provider's inputs, and the request that it makes of them. */
const made: readonly (readonly [
  kind: string,
  inputs: Record<string, unknown>,
  path: string,
  body: object,
  id: readonly string[],
])[] = [
  [
    "SshKey",
    { name: "office", publicKey: key.publicKey },
    "/v2/account/keys",
    { name: "office", public_key: key.publicKey },
    ["ssh_key", "id"],
  ],
  ["Tag", { name: "test-office-bastion" }, "/v2/tags", { name: "test-office-bastion" }, ["tag", "name"]],
  [
    "Firewall",
    { name: "test-office-bastion", tags: ["test-office-bastion"] },
    "/v2/firewalls",
    {
      name: "test-office-bastion",
      tags: ["test-office-bastion"],
      inbound_rules: [],
      outbound_rules: [{ protocol: "icmp", destinations: { addresses: ["0.0.0.0/0"] } }],
    },
    ["firewall", "id"],
  ],
  [
    "Volume",
    { name: "data", region: "fra1", size: 1 },
    "/v2/volumes",
    { name: "data", region: "fra1", size_gigabytes: 1 },
    ["volume", "id"],
  ],
  ["Domain", { name: "example.com" }, "/v2/domains", { name: "example.com" }, ["domain", "name"]],
  [
    "DnsRecord",
    { domain: "example.com", type: "A", name: "wiki", value: "203.0.113.5", ttl: 60 },
    "/v2/domains/example.com/records",
    { type: "A", name: "wiki", data: "203.0.113.5", ttl: 60 },
    ["domain_record", "id"],
  ],
  [
    "Project",
    { name: "office", purpose: "Web Application" },
    "/v2/projects",
    { name: "office", purpose: "Web Application" },
    ["project", "id"],
  ],
];

test.each(made)("a %s that is there is taken into the state", async (kind, inputs, path, body, id) => {
  const answer = await api.post(path, body);
  const pending = resource(kind, "one", { inputs: { ...inputs, __defaults: [] }, dependencies: ["urn:x"] });
  const { resources, reread } = await settle(api, { pending: [creating(pending)] });
  expect(resources).toEqual([{ ...pending, id: String(answer.at(...id)), outputs: inputs }]);
  expect(reread).toEqual([pending.urn]);
});

test.each(made)("of a %s that is not there nothing stays", async (kind, inputs) => {
  const other = Object.fromEntries(Object.entries(inputs).map(([name, value]) => [name, otherThan(name, value)]));
  const { resources, reread, notes } = await settle(api, {
    pending: [creating(resource(kind, "one", { inputs: other }))],
  });
  expect(resources).toEqual([]);
  expect(reread).toEqual([]);
  expect(notes).toEqual([expect.stringContaining("nothing of it is there")]);
});

function otherThan(name: string, value: unknown): unknown {
  if (name === "publicKey") return generateKeyPair("other").publicKey;
  return name === "name" ? `other-${String(value)}` : value;
}

const machine = { name: "test-office-wiki", region: "fra1", size: small.size, image: small.image };

test("a droplet is told by its name, its network and its tags, and waited for until it runs", async () => {
  const inputs = { ...machine, vpcUuid: vpc, tags: ["test-office-server"] };
  await api.droplet(machine.name, { tags: ["elsewhere"], vpc_uuid: vpc });
  api.hosts.hold();
  const answer = await api.post("/v2/droplets", { ...small, name: machine.name, tags: inputs.tags, vpc_uuid: vpc });
  const settling = settle(api, { pending: [creating(resource("Droplet", "wiki", { inputs }))] });
  let isDone = false;
  void settling.then(() => (isDone = true));
  await new Promise((resolve) => setTimeout(resolve, 400));
  expect(isDone).toBe(false);
  api.hosts.release();
  expect((await settling).resources.map(({ id }) => id)).toEqual([String(answer.number("droplet", "id"))]);
});

test("one that the state has is not taken once more, and what is made to replace it takes its place", async () => {
  const name = "test-office-bastion";
  const old = await api.droplet(name, { vpc_uuid: vpc });
  const inputs = { ...machine, name, vpcUuid: vpc };
  const before = resource("Droplet", "bastion", { id: String(old), inputs, dependencies: ["urn:x"] });
  const after = resource("Tag", "after", { id: "after", dependencies: [before.urn] });
  const pending = [creating(resource("Droplet", "bastion", { inputs }))];
  expect((await settle(api, { resources: [before, after], pending })).resources).toEqual([before, after]);
  const heir = await api.droplet(name, { vpc_uuid: vpc });
  const { resources } = await settle(api, { resources: [before, after], pending });
  expect(resources.map(({ id, delete: condemned }) => [id, condemned])).toEqual([
    [String(heir), undefined],
    [String(old), true],
    ["after", undefined],
  ]);
  const { resources: alone } = await settle(api, { resources: [{ ...before, pendingReplacement: true }], pending });
  expect(alone.map(({ id }) => id)).toEqual([String(heir)]);
});

test("a domain in which there are records already was not just made", async () => {
  await api.post("/v2/domains", { name: "somebodys.example" });
  await api.post("/v2/domains/somebodys.example/records", { type: "A", name: "www", data: "203.0.113.5" });
  const pending = [creating(resource("Domain", "zone", { inputs: { name: "somebodys.example" } }))];
  expect((await settle(api, { pending })).resources).toEqual([]);
});

describe("an address, which has neither name nor tag,", () => {
  const pendingFor = (dropletId: number): PendingOperation[] => [
    creating(resource("ReservedIp", "address", { inputs: { region: "fra1", dropletId } })),
  ];
  let droplet: number;
  let foreign: string;
  beforeAll(async () => {
    droplet = await api.droplet("with-address");
    foreign = (await api.post("/v2/reserved_ips", { region: "fra1" })).text("reserved_ip", "ip");
  });

  test("is the new one that leads nowhere", async () => {
    const before = JSON.stringify([foreign]);
    expect((await settle(api, { pending: pendingFor(droplet), before })).resources).toEqual([]);
    const ip = (await api.post("/v2/reserved_ips", { region: "fra1" })).text("reserved_ip", "ip");
    expect((await settle(api, { pending: pendingFor(droplet), before })).resources).toMatchObject([{ id: ip }]);
    const failure = await failureOf(settle(api, { pending: pendingFor(droplet), before: "[]" }));
    expect(failure).toMatchObject({ code: "AMBIGUOUS_CREATION" });
    expect(failure.message).toContain(`/v2/reserved_ips/${foreign}`);
    await api.delete(`/v2/reserved_ips/${ip}`);
  });

  test("is the one that leads to the machine it was reserved for, whatever else there is", async () => {
    const ip = (await api.post("/v2/reserved_ips", { droplet_id: droplet })).text("reserved_ip", "ip");
    await api.cloud.settled();
    expect((await settle(api, { pending: pendingFor(droplet), before: "[]" })).resources).toMatchObject([{ id: ip }]);
  });

  test("is nobody's who has it in use by the time it is certain that nothing more comes", async () => {
    const other = await api.droplet("somebodys");
    const ip = (await api.post("/v2/reserved_ips", { region: "fra1" })).text("reserved_ip", "ip");
    const before = JSON.stringify([foreign]);
    const settling = settle(api, { pending: pendingFor(1), before, visibleWithinMs: 3_000 });
    // It has been seen free by then.
    await new Promise((resolve) => setTimeout(resolve, 400));
    await api.post(`/v2/reserved_ips/${ip}/actions`, { type: "assign", droplet_id: other });
    expect((await settling).resources).toEqual([]);
  });
});

test("what was made without dependencies that anybody wrote down goes before all that was there before it", async () => {
  const parent = resource("Vpc", "network", { id: vpc });
  const inputs = { name: "test-office-bastion" };
  const { resources } = await settle(api, {
    resources: [parent],
    pending: [creating(resource("Tag", "tag", { inputs }))],
  });
  expect(resources[1]).toMatchObject({ id: "test-office-bastion", dependencies: [parent.urn] });
});

test("a creation whose name is secret can't be told from others, and is left to people", async () => {
  const secret = { "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270", ciphertext: "v1:x" };
  const pending = [creating(resource("Droplet", "one", { inputs: { ...machine, name: secret } }))];
  expect(await failureOf(settle(api, { pending }))).toMatchObject({ code: "PENDING_OPERATIONS" });
});
