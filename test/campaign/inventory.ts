import type { CloudState } from "../../sandbox/digitalocean/state";
import type { StateResource } from "./stack";

/** What a cloud has of each type that our components make, beside what every account has. */
const inCloud: Readonly<Record<string, (state: Readonly<CloudState>) => readonly (string | number)[]>> = {
  "digitalocean:index/droplet:Droplet": ({ droplets }) => droplets.map(({ id }) => id),
  "digitalocean:index/sshKey:SshKey": ({ sshKeys }) => sshKeys.map(({ id }) => id),
  "digitalocean:index/vpc:Vpc": ({ vpcs }) => vpcs.filter((vpc) => !vpc.default).map(({ id }) => id),
  "digitalocean:index/tag:Tag": ({ tags }) => tags,
  "digitalocean:index/firewall:Firewall": ({ firewalls }) => firewalls.map(({ id }) => id),
  "digitalocean:index/reservedIp:ReservedIp": ({ reservedIps }) => reservedIps.map(({ ip }) => ip),
  "digitalocean:index/domain:Domain": ({ domains }) => domains.map(({ name }) => name),
  "digitalocean:index/dnsRecord:DnsRecord": ({ domains }) =>
    domains.flatMap(({ records }) => records.filter(({ type }) => type !== "NS" && type !== "SOA").map(({ id }) => id)),
};

export const typesInCloud: readonly string[] = Object.keys(inCloud);

/** Where a cloud and a stack's state differ: what nobody knows of, and what is not there. */
export function differences(cloud: Readonly<CloudState>, state: readonly StateResource[]): string[] {
  return Object.entries(inCloud).flatMap(([type, list]) => {
    const there = list(cloud).map(String);
    const known = state.filter((one) => one.type === type).map(({ id = "" }) => id);
    const short = type.replace(/.*:/, "");
    return [
      ...without(there, known).map((id) => `in no state: ${short} ${id}`),
      ...without(known, there).map((id) => `not in the cloud: ${short} ${id}`),
    ];
  });
}

/** Where the API has what a stack's state has: `/v2/droplets/5`. */
export function pathsOf(state: readonly StateResource[]): Set<string> {
  const collections: Readonly<Record<string, string>> = {
    Droplet: "droplets",
    SshKey: "account/keys",
    Vpc: "vpcs",
    Firewall: "firewalls",
    ReservedIp: "reserved_ips",
    Domain: "domains",
  };
  const paths = state.map(({ type, id = "", outputs }) => {
    const kind = type.replace(/.*:/, "");
    return kind === "DnsRecord"
      ? `/v2/domains/${String(outputs?.domain)}/records/${id}`
      : `/v2/${collections[kind] ?? kind}/${id}`;
  });
  return new Set(paths);
}

/** Each as often as it is: one that is there twice and known once is left once. */
function without(all: readonly string[], known: readonly string[]): string[] {
  const left = [...all];
  for (const one of known) {
    const at = left.indexOf(one);
    if (at !== -1) left.splice(at, 1);
  }
  return left;
}
