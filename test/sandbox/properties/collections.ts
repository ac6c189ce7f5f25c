import type { CloudState } from "../../../sandbox/digitalocean/state";

/** What is listed, made and removed in the same way. */
export interface Collection {
  readonly path: string;
  /** The name of the list in an answer, and of one of them. */
  readonly list: string;
  readonly one: string;
  /** The field that a resource is asked for by. */
  readonly id: string;
  readonly there: (state: Readonly<CloudState>) => readonly string[];
}

export const collections: readonly Collection[] = [
  {
    path: "/v2/droplets",
    list: "droplets",
    one: "droplet",
    id: "id",
    there: ({ droplets }) => droplets.map(({ id }) => String(id)),
  },
  {
    path: "/v2/volumes",
    list: "volumes",
    one: "volume",
    id: "id",
    there: ({ volumes }) => volumes.map(({ id }) => id),
  },
  {
    path: "/v2/snapshots",
    list: "snapshots",
    one: "snapshot",
    id: "id",
    there: ({ snapshots }) => snapshots.filter(({ made, kind }) => made && kind === "snapshot").map(({ id }) => id),
  },
  {
    path: "/v2/reserved_ips",
    list: "reserved_ips",
    one: "reserved_ip",
    id: "ip",
    there: ({ reservedIps }) => reservedIps.map(({ ip }) => ip),
  },
  {
    path: "/v2/reserved_ipv6",
    list: "reserved_ipv6s",
    one: "reserved_ipv6",
    id: "ip",
    there: ({ reservedIpv6s }) => reservedIpv6s.map(({ ip }) => ip),
  },
  {
    path: "/v2/firewalls",
    list: "firewalls",
    one: "firewall",
    id: "id",
    there: ({ firewalls }) => firewalls.map(({ id }) => id),
  },
  {
    path: "/v2/domains",
    list: "domains",
    one: "domain",
    id: "name",
    there: ({ domains }) => domains.map(({ name }) => name),
  },
  { path: "/v2/vpcs", list: "vpcs", one: "vpc", id: "id", there: ({ vpcs }) => vpcs.map(({ id }) => id) },
  {
    path: "/v2/projects",
    list: "projects",
    one: "project",
    id: "id",
    there: ({ projects }) => projects.map(({ id }) => id),
  },
  { path: "/v2/tags", list: "tags", one: "tag", id: "name", there: ({ tags }) => tags },
  {
    path: "/v2/account/keys",
    list: "ssh_keys",
    one: "ssh_key",
    id: "id",
    there: ({ sshKeys }) => sshKeys.map(({ id }) => String(id)),
  },
];
