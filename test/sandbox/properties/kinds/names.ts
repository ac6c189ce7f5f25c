import { generateKeyPairSync } from "node:crypto";

import type { CloudState } from "../../../../sandbox/digitalocean/state";
import type { Dice } from "../dice";
import { type Kind, nobody, part, tagNames } from "./kind";

const domainNames = ["example.com", "shop.example", "Example.ORG", "one-label"] as const;
const projectNames = ["Shop", "Wiki", ""] as const;
const keys = [0, 1, 2].map(publicKey);

export const nameKinds = {
  createTag: (_there, dice) => ({ method: "POST", path: "/v2/tags", body: { name: dice.from(tagNames) } }),
  deleteTag: ({ tags }, dice) => ({ method: "DELETE", path: `/v2/tags/${part(dice.known(tags, "nobodys"))}` }),
  tagSomething: (there, dice) => ({
    method: dice.from(["POST", "POST", "DELETE"]),
    path: `/v2/tags/${part(dice.known(there.tags, "nobodys"))}/resources`,
    body: { resources: [tagged(there, dice)] },
  }),

  createDomain: (_there, dice) => ({
    method: "POST",
    path: "/v2/domains",
    body: { name: dice.from(domainNames), ...(dice.oneIn(3) ? { ip_address: "203.0.113.20" } : {}) },
  }),
  deleteDomain: (there, dice) => ({ method: "DELETE", path: `/v2/domains/${part(domain(there, dice))}` }),
  createRecord: (there, dice) => ({
    method: "POST",
    path: `/v2/domains/${part(domain(there, dice))}/records`,
    body: record(dice),
  }),
  changeRecord: (there, dice) => ({
    method: dice.from(["PATCH", "PUT"]),
    path: recordPath(there, dice),
    body: dice.oneIn(2) ? { ttl: dice.from([60, 1800, 3]) } : record(dice),
  }),
  deleteRecord: (there, dice) => ({ method: "DELETE", path: recordPath(there, dice) }),

  createProject: (_there, dice) => ({
    method: "POST",
    path: "/v2/projects",
    body: { name: dice.from(projectNames), purpose: "Web Application" },
  }),
  changeProject: (there, dice) => ({
    method: "PATCH",
    path: `/v2/projects/${project(there, dice)}`,
    body: dice.oneIn(4) ? { is_default: true } : { name: dice.from(projectNames) },
  }),
  deleteProject: ({ projects }, dice) => ({
    method: "DELETE",
    path: `/v2/projects/${dice.known(
      projects.map(({ id }) => id),
      nobody.uuid,
    )}`,
  }),
  assignToProject: (there, dice) => ({
    method: "POST",
    path: `/v2/projects/${project(there, dice)}/resources`,
    body: { resources: [dice.known(urns(there), "do:droplet:0")] },
  }),

  createKey: (_there, dice) => ({
    method: "POST",
    path: "/v2/account/keys",
    body: { name: "a key", public_key: dice.oneIn(8) ? "ssh-rsa nonsense" : dice.from([keys[0] ?? "", ...keys]) },
  }),
  deleteKey: ({ sshKeys }, dice) => ({
    method: "DELETE",
    path: `/v2/account/keys/${dice.known(
      sshKeys.map(({ id }) => id),
      nobody.number,
    )}`,
  }),
} satisfies Record<string, Kind>;

function record(dice: Dice): object {
  const name = dice.from(["@", "www", "mail", "*", "-", "a b"]);
  switch (dice.roll(6)) {
    case 0:
      return { type: "A", name, data: "203.0.113.21" };
    case 1:
      return { type: "CNAME", name, data: dice.from(["@", "elsewhere.example.", "elsewhere.example"]) };
    case 2:
      return { type: "MX", name, data: "mail.example.", priority: dice.from([10, -1]) };
    case 3:
      return { type: "SRV", name: "_sip._tcp", data: "sip.example.", priority: 1, weight: 2, port: 5060 };
    case 4:
      return { type: "CAA", name, data: "ca.example.", flags: 0, tag: dice.from(["issue", "hand out"]) };
    default:
      return { type: dice.from(["TXT", "AAAA", "SOA", "LOC"]), name, data: dice.from(["a text", "2001:db8::1", ""]) };
  }
}

function domain({ domains }: Readonly<CloudState>, dice: Dice): string {
  return dice.known(
    domains.map(({ name }) => name),
    nobody.name,
  );
}

function recordPath(there: Readonly<CloudState>, dice: Dice): string {
  const name = domain(there, dice);
  const records = there.domains.find((one) => one.name === name)?.records ?? [];
  const id = dice.known(
    records.map((one) => one.id),
    nobody.number,
  );
  return `/v2/domains/${part(name)}/records/${id}`;
}

function project({ projects }: Readonly<CloudState>, dice: Dice): string {
  return dice.known([...projects.map(({ id }) => id), "default"], nobody.uuid);
}

function tagged(there: Readonly<CloudState>, dice: Dice): object {
  const volumes = there.volumes.map(({ id }) => ({ resource_type: "volume", resource_id: id }));
  const droplets = there.droplets.map(({ id }) => ({ resource_type: "droplet", resource_id: String(id) }));
  const snapshots = there.snapshots.map(({ id, resourceType }) => ({
    resource_type: resourceType === "volume" ? "volume_snapshot" : "image",
    resource_id: id,
  }));
  return dice.known([...droplets, ...volumes, ...snapshots], { resource_type: "kettle", resource_id: "1" });
}

function urns({ droplets, domains, reservedIps, volumes }: Readonly<CloudState>): string[] {
  return [
    ...droplets.map(({ id }) => `do:droplet:${id}`),
    ...domains.map(({ name }) => `do:domain:${name}`),
    ...reservedIps.map(({ ip }) => `do:floatingip:${ip}`),
    ...volumes.map(({ id }) => `do:volume:${id}`),
  ];
}

function publicKey(): string {
  const { publicKey: made } = generateKeyPairSync("ed25519");
  const raw = made.export({ type: "spki", format: "der" }).subarray(-32);
  const field = (bytes: Buffer): Buffer => {
    const length = Buffer.alloc(4);
    length.writeUInt32BE(bytes.length);
    return Buffer.concat([length, bytes]);
  };
  return `ssh-ed25519 ${Buffer.concat([field(Buffer.from("ssh-ed25519")), field(raw)]).toString("base64")} a test`;
}
