import { countFates, planLines } from "../../../cli/project/plan";
import { nameIn, nameOf } from "../../../cli/project/words";
import type { PropertyChange, StepEvent, StepOperation } from "../../../driver/events/operation-event";

const progress = { done: 0, planned: 0, current: [], elapsedMs: 0 };

function step(operation: StepOperation, type: string, name: string, more: Partial<StepEvent> = {}): StepEvent {
  const urn = `urn:pulumi:office::deploy4me::deploy4me:x:Y$${type}::${name}`;
  const resource = { urn, type, name };
  return { kind: "step", at: 0, progress, phase: "done", operation, resource, changes: [], drift: false, ...more };
}

const droplet = "digitalocean:index/droplet:Droplet";
const record = "digitalocean:index/dnsRecord:DnsRecord";
const change = (path: string, replaces = false): PropertyChange => ({
  path,
  kind: "update",
  replaces,
  before: "1",
  after: "2",
});
const plan = (steps: readonly StepEvent[], drift: readonly StepEvent[] = [], details = false): string =>
  planLines({ steps, drift, warnings: [], unchanged: false }, { details }).join("\n");

test("what happens is grouped, and what takes something away comes last", () => {
  const text = plan([
    step("delete", record, "office-dns-old-a"),
    step("update", droplet, "office-wiki-droplet", { changes: [change("size")] }),
    step("create", "digitalocean:index/reservedIp:ReservedIp", "office-bastion-address"),
  ]);
  expect(text.trimEnd()).toBe(
    [
      "Create 1",
      "  + reserved IP bastion",
      "",
      "Change 1",
      "  ~ droplet wiki",
      "      size: 1 → 2",
      "",
      "Remove 1",
      "  - DNS record old-a",
    ].join("\n"),
  );
});

test("a resource that is replaced is one, with the reason why", () => {
  const changes = [change("tags"), change("image", true)];
  const steps = [
    step("create", droplet, "office-wiki-droplet"),
    step("replace", droplet, "office-wiki-droplet", { changes }),
    step("delete", droplet, "office-wiki-droplet"),
  ];
  expect(plan(steps)).toMatch(/^Replace 1 .*\n {2}± droplet wiki\n {6}image: 1 → 2 \(makes it be replaced\)\n*$/);
  expect(plan(steps, [], true)).toContain("      tags: 1 → 2");
  expect(countFates(steps)).toEqual({ replace: 1 });
});

test("many properties are cut short, unless all are asked for", () => {
  const changes = Array.from({ length: 7 }, (_, index) => change(`p${index}`));
  const steps = [step("update", droplet, "office-wiki-droplet", { changes })];
  expect(plan(steps)).toMatch(/p4: 1 → 2\n {6}and 2 other properties\n/);
  expect(plan(steps, [], true)).toContain("p6: 1 → 2");
});

test("what holds others together is not shown, nor counted", () => {
  const steps = [
    step("create", "deploy4me:digitalocean:Bastion", "office-bastion"),
    step("update", "pulumi:providers:digitalocean", "default"),
  ];
  expect(plan(steps).trimEnd()).toBe("Only bookkeeping would change: no resource of yours.");
  expect(countFates(steps)).toEqual({});
});

test("what was changed outside stands apart, and what is gone says so", () => {
  const drift = [
    step("delete", record, "office-dns-wiki-a", { drift: true }),
    step("update", droplet, "office-wiki-droplet", { drift: true, changes: [change("status")] }),
  ];
  expect(plan([], drift)).toContain(
    "Changed outside: 2 resources\n  - DNS record wiki-a: it is gone\n  ~ droplet wiki\n      status: 1 → 2",
  );
});

test("names from elsewhere move no cursor and begin no line", () => {
  const text = plan([step("create", droplet, "office-\u001b[2Jwiki-droplet")]);
  expect(text).toContain("droplet  [2Jwiki");
  expect(
    planLines({ steps: [], drift: [], warnings: [{ message: "a\u001b[31m\u202eb" }], unchanged: true }).join(""),
  ).not.toMatch(/[\u001b\u202e]/);
});

test.each([
  ["digitalocean:index/vpc:Vpc", "office-network-vpc", "private network"],
  ["digitalocean:index/domain:Domain", "office-dns-domain", "DNS zone"],
  ["digitalocean:index/sshKey:SshKey", "office-key", "SSH key"],
  ["digitalocean:index/firewall:Firewall", "office-network-server-firewall", "cloud firewall network-server"],
  ["pulumi-nodejs:dynamic/deploy4me:SshKeyPair", "office-wiki-host-key", "SSH key pair wiki-host-key"],
  ["pulumi-nodejs:dynamic/deploy4me:SoftwareInstallation", "office-wiki-software", "software installation wiki"],
  ["command:remote:Command", "office-gateway-egress", "command gateway-egress"],
  [droplet, "other", "droplet other"],
])("%s %s is called %s", (type, name, called) => {
  expect(nameOf({ urn: `urn:pulumi:office::deploy4me::${type}::${name}`, type, name })).toBe(called);
  expect(nameIn(`${type.slice(type.lastIndexOf(":") + 1)} ${name}`, "office")).toBe(called);
});
