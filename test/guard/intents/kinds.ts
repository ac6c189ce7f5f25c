import { generateKeyPairSync } from "node:crypto";

import type { CloudState } from "../../../sandbox/digitalocean/state";
import { small } from "../../sandbox/faults/faulty-api";
import type { Operations } from "./operation";

/** Something that a client creates, with how many there are of it. */
export interface KindOfResource {
  readonly name: string;
  /** What has to be there first. */
  prepare?(operations: Operations): Promise<void>;
  path(state: Readonly<CloudState>): string;
  body(state: Readonly<CloudState>): object;
  /** The same in another way: with the same marks that identify it, and another setting. */
  count(state: Readonly<CloudState>): number;
  /** What the answer has it under. */
  readonly envelope: string;
}

export const publicKey = (): string => {
  const { publicKey: key } = generateKeyPairSync("ed25519");
  const raw = key.export({ type: "spki", format: "der" }).subarray(-32);
  const text = (bytes: Buffer): Buffer => Buffer.concat([Buffer.from([0, 0, 0, bytes.length]), bytes]);
  return `ssh-ed25519 ${Buffer.concat([text(Buffer.from("ssh-ed25519")), text(raw)]).toString("base64")} office`;
};

const key = publicKey();

const domain = async (operations: Operations): Promise<void> => {
  await operations.post("/v2/domains", { name: "example.com" });
};
const records = ({ domains }: Readonly<CloudState>, type: string): number =>
  domains.flatMap((one) => one.records).filter((record) => record.type === type && record.name === "www").length;

export const kinds: readonly KindOfResource[] = [
  {
    name: "a droplet",
    path: () => "/v2/droplets",
    body: () => ({ ...small, name: "web", tags: ["office-server"], user_data: "#cloud-config" }),
    count: ({ droplets }) => droplets.length,
    envelope: "droplet",
  },
  {
    name: "an SSH key",
    path: () => "/v2/account/keys",
    body: () => ({ name: "office", public_key: key }),
    count: ({ sshKeys }) => sshKeys.length,
    envelope: "ssh_key",
  },
  {
    name: "a VPC",
    path: () => "/v2/vpcs",
    body: () => ({ name: "office", region: "fra1", ip_range: "10.20.0.0/24" }),
    count: ({ vpcs }) => vpcs.filter((one) => !one.default).length,
    envelope: "vpc",
  },
  {
    name: "a firewall",
    prepare: async (operations) => {
      await operations.post("/v2/tags", { name: "office-server" });
    },
    path: () => "/v2/firewalls",
    body: () => ({
      name: "office",
      tags: ["office-server"],
      inbound_rules: [{ protocol: "tcp", ports: "22", sources: { addresses: ["203.0.113.7/32"] } }],
    }),
    count: ({ firewalls }) => firewalls.length,
    envelope: "firewall",
  },
  {
    name: "a volume",
    path: () => "/v2/volumes",
    body: () => ({ name: "data", region: "fra1", size_gigabytes: 1 }),
    count: ({ volumes }) => volumes.length,
    envelope: "volume",
  },
  {
    name: "a domain",
    path: () => "/v2/domains",
    body: () => ({ name: "example.com" }),
    count: ({ domains }) => domains.length,
    envelope: "domain",
  },
  {
    name: "an address record",
    prepare: domain,
    path: () => "/v2/domains/example.com/records",
    body: () => ({ type: "AAAA", name: "www", data: "2001:db8:0:0::1", ttl: 60 }),
    count: (state) => records(state, "AAAA"),
    envelope: "domain_record",
  },
  {
    name: "a mail record",
    prepare: domain,
    path: () => "/v2/domains/example.com/records",
    body: () => ({ type: "MX", name: "www", data: "mail.example.net.", priority: 10, ttl: 60 }),
    count: (state) => records(state, "MX"),
    envelope: "domain_record",
  },
  {
    name: "a project",
    path: () => "/v2/projects",
    body: () => ({ name: "office", purpose: "Web Application" }),
    count: ({ projects }) => projects.filter((one) => !one.isDefault).length,
    envelope: "project",
  },
  {
    name: "a reserved IP",
    path: () => "/v2/reserved_ips",
    body: () => ({ region: "fra1" }),
    count: ({ reservedIps }) => reservedIps.length,
    envelope: "reserved_ip",
  },
  {
    name: "a reserved IPv6 address",
    path: () => "/v2/reserved_ipv6",
    body: () => ({ region_slug: "fra1" }),
    count: ({ reservedIpv6s }) => reservedIpv6s.length,
    envelope: "reserved_ipv6",
  },
  {
    name: "a snapshot of a volume",
    prepare: async (operations) => {
      await operations.post("/v2/volumes", { name: "data", region: "fra1", size_gigabytes: 1 });
    },
    path: ({ volumes }) => `/v2/volumes/${volumes[0]?.id ?? ""}/snapshots`,
    body: () => ({ name: "before" }),
    count: ({ snapshots }) => snapshots.length,
    envelope: "snapshot",
  },
  {
    name: "a tag",
    path: () => "/v2/tags",
    body: () => ({ name: "office" }),
    count: ({ tags }) => tags.length,
    envelope: "tag",
  },
];
