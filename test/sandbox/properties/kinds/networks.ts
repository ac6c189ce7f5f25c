import type { CloudState } from "../../../../sandbox/digitalocean/state";
import type { Dice } from "../dice";
import { dropletId } from "./droplets";
import { type Kind, nobody, part, regions, tagNames } from "./kind";

const ranges = ["10.20.0.0/24", "10.20.0.0/24", "10.20.1.0/28", "10.20.0.0/16", "192.0.2.0/24", "10.0.0.0/8"] as const;
const vpcNames = ["office", "workshop", "lab.1", "not_a_name"] as const;
const firewallNames = ["outer", "inner", "spare", "x"] as const;

export const networkKinds = {
  createVpc: (_there, dice) => ({
    method: "POST",
    path: "/v2/vpcs",
    body: {
      name: dice.from(vpcNames),
      region: dice.from(regions),
      ...(dice.oneIn(2) ? { ip_range: dice.from(ranges) } : {}),
    },
  }),
  changeVpc: (there, dice) => ({
    method: dice.from(["PATCH", "PUT"]),
    path: `/v2/vpcs/${vpcId(there, dice)}`,
    body: { name: dice.from(vpcNames), ...(dice.oneIn(4) ? { default: true } : {}) },
  }),
  deleteVpc: (there, dice) => ({ method: "DELETE", path: `/v2/vpcs/${vpcId(there, dice)}` }),

  createReservedIp: (there, dice) => ({
    method: "POST",
    path: "/v2/reserved_ips",
    body: dice.oneIn(2) ? { droplet_id: dropletId(there, dice) } : { region: dice.from(regions) },
  }),
  deleteReservedIp: (there, dice) => ({ method: "DELETE", path: `/v2/reserved_ips/${reservedIp(there, dice)}` }),
  assignReservedIp: (there, dice) => ({
    method: "POST",
    path: `/v2/reserved_ips/${reservedIp(there, dice)}/actions`,
    body: { type: "assign", droplet_id: dropletId(there, dice) },
  }),
  unassignReservedIp: (there, dice) => ({
    method: "POST",
    path: `/v2/reserved_ips/${reservedIp(there, dice)}/actions`,
    body: { type: dice.oneIn(8) ? "give away" : "unassign" },
  }),

  createReservedIpv6: (_there, dice) => ({
    method: "POST",
    path: "/v2/reserved_ipv6",
    body: { region_slug: dice.from(regions) },
  }),
  deleteReservedIpv6: (there, dice) => ({
    method: "DELETE",
    path: `/v2/reserved_ipv6/${part(reservedIpv6(there, dice))}`,
  }),
  assignReservedIpv6: (there, dice) => ({
    method: "POST",
    path: `/v2/reserved_ipv6/${part(reservedIpv6(there, dice))}/actions`,
    body: dice.oneIn(3) ? { type: "unassign" } : { type: "assign", droplet_id: withIpv6(there, dice) },
  }),

  createFirewall: (there, dice) => ({
    method: "POST",
    path: "/v2/firewalls",
    body: firewall(there, dice),
  }),
  changeFirewall: (there, dice) => ({
    method: "PUT",
    path: `/v2/firewalls/${firewallId(there, dice)}`,
    body: firewall(there, dice),
  }),
  deleteFirewall: (there, dice) => ({ method: "DELETE", path: `/v2/firewalls/${firewallId(there, dice)}` }),
  dropletsOfFirewall: (there, dice) => ({
    method: dice.from(["POST", "DELETE"]),
    path: `/v2/firewalls/${firewallId(there, dice)}/droplets`,
    body: { droplet_ids: [dropletId(there, dice)] },
  }),
  tagsOfFirewall: (there, dice) => ({
    method: dice.from(["POST", "DELETE"]),
    path: `/v2/firewalls/${firewallId(there, dice)}/tags`,
    body: { tags: [dice.known(there.tags, "nobodys")] },
  }),
  rulesOfFirewall: (there, dice) => ({
    method: dice.from(["POST", "DELETE"]),
    path: `/v2/firewalls/${firewallId(there, dice)}/rules`,
    body: { inbound_rules: [{ ...rule(dice), sources: peers(there, dice) }] },
  }),
} satisfies Record<string, Kind>;

function firewall(there: Readonly<CloudState>, dice: Dice): object {
  return {
    name: dice.from(firewallNames),
    inbound_rules: [{ ...rule(dice), sources: peers(there, dice) }],
    ...(dice.oneIn(2) ? { outbound_rules: [{ ...rule(dice), destinations: peers(there, dice) }] } : {}),
    droplet_ids: dice.some(
      there.droplets.map(({ id }) => id),
      nobody.number,
      2,
    ),
    tags: dice.some(there.tags, "nobodys", 2),
  };
}

function rule(dice: Dice): object {
  return { protocol: dice.from(["tcp", "udp", "icmp"]), ports: dice.from(["22", "8000-9000", "all", "9-1"]) };
}

function peers(there: Readonly<CloudState>, dice: Dice): object {
  switch (dice.roll(4)) {
    case 0:
      return { addresses: ["0.0.0.0/0", "::/0"] };
    case 1:
      return { droplet_ids: [dropletId(there, dice)] };
    case 2:
      return { tags: [dice.known(there.tags, dice.from(tagNames))] };
    default:
      return dice.oneIn(4) ? { addresses: ["10.0.0.300"] } : { addresses: ["203.0.113.9"] };
  }
}

function vpcId({ vpcs }: Readonly<CloudState>, dice: Dice): string {
  const own = vpcs.filter((vpc) => !vpc.default || dice.oneIn(20)).map(({ id }) => id);
  return dice.known(own, nobody.uuid);
}

function reservedIp({ reservedIps }: Readonly<CloudState>, dice: Dice): string {
  return dice.known(
    reservedIps.map(({ ip }) => ip),
    nobody.ip,
  );
}

function reservedIpv6({ reservedIpv6s }: Readonly<CloudState>, dice: Dice): string {
  return dice.known(
    reservedIpv6s.map(({ ip }) => ip),
    "2001:db8::77",
  );
}

function withIpv6({ droplets }: Readonly<CloudState>, dice: Dice): number {
  return dice.known(
    droplets.filter(({ ipv6 }) => ipv6 !== undefined).map(({ id }) => id),
    nobody.number,
  );
}

function firewallId({ firewalls }: Readonly<CloudState>, dice: Dice): string {
  return dice.known(
    firewalls.map(({ id }) => id),
    nobody.uuid,
  );
}
