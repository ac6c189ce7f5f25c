import { parseCidr } from "../cidr";
import type { BusinessDeploymentArgs } from "../deployment";
import { type Problem, Problems } from "../problem";
import { bastionRules } from "./security-rules";

/** What of a deployment AWS's own rules are about. */
export type CheckedByAws = Pick<BusinessDeploymentArgs, "adminAccess" | "networkRange" | "software"> & {
  readonly owner?: string | undefined;
};

/**
 * What AWS refuses beside what every cloud does, each by AWS's rule. Stand-ins take most of it, so it is said here. Loads
 * nothing of Pulumi's.
 */
export function findMistakesOnAws({ adminAccess, networkRange, software, owner }: CheckedByAws): readonly Problem[] {
  const problems = new Problems();
  const network = networkRange === undefined ? undefined : expectedOfNetwork(networkRange, software.length);
  if (network !== undefined) problems.add(["networkRange"], networkRange, network);
  const rules = expectedOfAccess(adminAccess);
  if (rules !== undefined) problems.add(["adminAccess"], adminAccess, rules);
  const tag = owner === undefined ? undefined : expectedOfOwner(owner);
  if (tag !== undefined) problems.add(["owner"], owner, tag);
  return problems.all;
}

/** VPC and subnets are between /16 and /28 (Amazon VPC user guide, «VPC CIDR blocks» and «Subnet sizing»). */
const smallestSubnet = 28;

/** The first four addresses of each subnet and its last are AWS's own («Subnet sizing»). */
const reservedPerSubnet = 5;

/** What would be right of a range that can't be cut into two subnets in each of two zones, with room for the servers. */
export function expectedOfNetwork(networkRange: string, servers: number): string | undefined {
  const prefix = (parseCidr(networkRange)?.prefix ?? 32) + 2;
  if (prefix > smallestSubnet)
    return `has to be a /${smallestSubnet - 2} or larger on AWS, which makes no subnet smaller than a /${smallestSubnet} and needs two in each of two zones`;
  const room = 2 ** (32 - prefix) - reservedPerSubnet;
  return servers > room ? `has to have room for ${servers} servers in one zone: a larger range than this` : undefined;
}

/** Of each address family, in each direction, by default (Amazon VPC user guide, «Amazon VPC quotas»: Security groups). */
const rulesPerGroup = 60;

/** A rule that names another group counts in both families. */
function expectedOfAccess(adminAccess: readonly string[]): string | undefined {
  const others = bastionRules({ adminAccess: [], softwarePorts: [] }).filter(
    ({ direction, peer }) => direction === "ingress" && !("range" in peer && peer.range.includes(":")),
  );
  const room = rulesPerGroup - others.length;
  const ranges = {
    IPv4: adminAccess.filter((one) => !one.includes(":")),
    IPv6: adminAccess.filter((one) => one.includes(":")),
  };
  const [tooMany] = Object.entries(ranges).filter(([, list]) => list.length > room);
  if (tooMany === undefined) return undefined;
  const [family, { length }] = tooMany;
  return `must not name more than ${room} ${family} ranges on AWS, whose security groups have ${rulesPerGroup} rules a family: it names ${length}`;
}

/** What a tag's value may be (EC2 user guide, «Tag restrictions»). */
export function expectedOfOwner(owner: string): string | undefined {
  if (/^aws:/i.test(owner)) return "must not begin with aws:, which AWS keeps for tags of its own";
  if (/^[\p{L}\p{N} _.:/=+\-@]{1,256}$/u.test(owner) && owner.trim() === owner) return undefined;
  return "has to be what AWS takes for a tag: 1 to 256 letters, digits, spaces and _ . : / = + - @";
}
