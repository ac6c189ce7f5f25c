import { parseCidr } from "../cidr";
import { InvalidArgument } from "../errors";
import { expectedOfNetwork } from "./checks";

/** The private network's range, cut up: in each zone a part for the bastion and one for servers. */
export interface SubnetRanges {
  readonly public: readonly [string, string];
  readonly private: readonly [string, string];
}

/**
 * Cuts a range into four: each zone's servers get a quarter and more of the addresses than its bastion ever needs.
 * @throws InvalidArgument when a quarter is smaller than AWS allows, or has no room for the servers
 * @example subnetRanges("10.20.0.0/24", 2).private // ["10.20.0.128/26", "10.20.0.192/26"]
 */
export function subnetRanges(networkRange: string, servers: number): SubnetRanges {
  const expected = expectedOfNetwork(networkRange, servers);
  if (expected !== undefined) throw new InvalidArgument("networkRange", networkRange, expected);
  const prefix = (parseCidr(networkRange)?.prefix ?? 0) + 2;
  const start = toNumber(networkRange.split("/")[0] ?? "");
  const part = (index: number): string => `${toText(start + index * 2 ** (32 - prefix))}/${prefix}`;
  return { public: [part(0), part(1)], private: [part(2), part(3)] };
}

/** The n-th /64 of the VPC's IPv6 range, which is a /56: AWS chooses it when the VPC is made. */
export function ipv6Subnet(vpcRange: string, index: number): string {
  const [address = ""] = vpcRange.split("/");
  const groups = address.split("::")[0]?.split(":") ?? [];
  const fourth = Number.parseInt(groups[3] ?? "0", 16) + index;
  const head = [0, 1, 2].map((at) => groups[at] ?? "0");
  return `${[...head, fourth.toString(16)].join(":")}::/64`;
}

function toNumber(address: string): number {
  return address.split(".").reduce((sum, part) => sum * 256 + Number(part), 0);
}

function toText(address: number): string {
  return [24, 16, 8, 0].map((shift) => Math.floor(address / 2 ** shift) % 256).join(".");
}
