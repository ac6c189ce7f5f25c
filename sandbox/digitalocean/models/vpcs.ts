import { randomUUID } from "node:crypto";

import { anchorRange } from "../../hosts/network/addresses";
import { following, networkOf, overlaps, parseRange, written } from "../addresses";
import { findRegion } from "../catalogue/regions";
import { conflict, forbidden, notFound, unprocessable } from "../errors";
import type { CloudState, Droplet, Vpc } from "../state";

export interface CreateVpc {
  readonly name: string;
  readonly region: string;
  readonly description?: string | undefined;
  readonly ip_range?: string | undefined;
}

const privateRanges = ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"];

/**
 * What the cloud keeps to itself: by its documentation (docs.digitalocean.com/products/networking/vpc/details/limits,
 * of 2026), and the addresses that reserved IPs lead to.
 */
const ownRanges = ["10.229.0.0/16", "10.244.0.0/16", "10.245.0.0/16", "10.246.0.0/24", anchorRange];
const ownRangesByRegion: Readonly<Record<string, readonly string[]>> = { nyc1: ["10.10.0.0/16"] };

export function createVpc(draft: CloudState, input: CreateVpc, now: string): Vpc {
  if (findRegion(input.region)?.available !== true) throw unprocessable("invalid region specified");
  checkName(draft, input.name);
  const ipRange = input.ip_range === undefined || input.ip_range === "" ? freeRange(draft) : input.ip_range;
  checkRange(draft, ipRange, input.region);
  const { name, region, description = "" } = input;
  return add(draft, { name, region, description, ipRange, default: false }, now);
}

/** Every region of the account has a network for droplets that ask for none. */
export function ensureDefaultVpc(draft: CloudState, region: string, now: string): Vpc {
  const found = draft.vpcs.find((vpc) => vpc.default && vpc.region === region);
  if (found !== undefined) return found;
  return add(
    draft,
    { name: `default-${region}`, region, description: "", ipRange: freeRange(draft), default: true },
    now,
  );
}

export function getVpc(state: CloudState, id: string): Vpc {
  const vpc = state.vpcs.find((one) => one.id === id);
  if (vpc === undefined) throw notFound();
  return vpc;
}

export interface UpdateVpc {
  readonly name?: string | undefined;
  readonly description?: string | undefined;
  readonly default?: boolean | undefined;
}

export function updateVpc(draft: CloudState, id: string, input: UpdateVpc): Vpc {
  const vpc = getVpc(draft, id);
  if (input.name !== undefined && input.name !== vpc.name) {
    checkName(draft, input.name);
    vpc.name = input.name;
  }
  vpc.description = input.description ?? vpc.description;
  if (input.default === true) {
    for (const other of draft.vpcs) if (other.region === vpc.region) other.default = false;
    vpc.default = true;
  }
  return vpc;
}

export function deleteVpc(draft: CloudState, id: string): void {
  const vpc = getVpc(draft, id);
  if (vpc.default) throw forbidden("Can not delete the default VPC of a region");
  if (membersOf(draft, id).length > 0) throw forbidden("Can not delete VPC with members");
  draft.vpcs = draft.vpcs.filter((one) => one.id !== id);
  // eslint-disable-next-line @typescript-eslint/no-dynamic-delete -- a dictionary, kept as JSON
  delete draft.lastAddress[`vpc ${id}`];
}

export function membersOf(state: CloudState, id: string): Droplet[] {
  return state.droplets.filter(({ vpcId }) => vpcId === id);
}

function add(draft: CloudState, vpc: Omit<Vpc, "id" | "createdAt">, now: string): Vpc {
  const made: Vpc = { id: randomUUID(), createdAt: now, ...vpc };
  draft.vpcs.push(made);
  return made;
}

function checkName(draft: CloudState, name: string): void {
  if (!/^[a-zA-Z0-9.-]{1,250}$/.test(name)) {
    throw unprocessable("name may only contain alphanumeric characters, dashes, and periods");
  }
  if (draft.vpcs.some((vpc) => vpc.name === name))
    throw conflict("a VPC with this name already exists in your account");
}

function checkRange(draft: CloudState, ipRange: string, region: string): void {
  const range = parseRange(ipRange);
  if (range?.version !== 4) throw unprocessable("ip_range must be a valid CIDR");
  if (networkOf(ipRange) !== ipRange) throw unprocessable(`ip_range must be a network: ${networkOf(ipRange)}`);
  if (range.prefix < 16 || range.prefix > 28) throw unprocessable("ip_range must be between /16 and /28 in size");
  const isPrivate = privateRanges.some((cidr) => {
    const outer = parseRange(cidr);
    return outer !== undefined && range.first >= outer.first && range.last <= outer.last;
  });
  if (!isPrivate) throw unprocessable("ip_range must be in range of private addresses as defined in RFC1918");
  const own = [...ownRanges, ...(ownRangesByRegion[region] ?? [])].find((cidr) => overlapping(cidr, ipRange));
  if (own !== undefined) throw unprocessable(`ip_range overlaps with ${own}, which is reserved`);
  const other = clash(draft, ipRange);
  if (other !== undefined) {
    throw unprocessable(
      `This range/size overlaps with another VPC network in your account: ${other.name} ${other.ipRange}`,
    );
  }
}

function clash(draft: CloudState, ipRange: string): Vpc | undefined {
  return draft.vpcs.find((vpc) => overlapping(vpc.ipRange, ipRange));
}

function overlapping(a: string, b: string): boolean {
  const [one, other] = [parseRange(a), parseRange(b)];
  return one !== undefined && other !== undefined && overlaps(one, other);
}

/** A /20 that nobody has, from the upper part of 10.0.0.0/8 as in the original. */
function freeRange(draft: CloudState): string {
  const taken = [...ownRanges, ...draft.vpcs.map(({ ipRange }) => ipRange)].flatMap((cidr) => parseRange(cidr) ?? []);
  // Numbers alone: an account begins with such a range for every region, and writing each to read it again took long.
  let range = parseRange("10.100.0.0/20");
  const end = parseRange("10.255.240.0/20");
  while (range !== undefined && end !== undefined && range.first <= end.first) {
    const candidate = range;
    if (!taken.some((one) => overlaps(one, candidate))) return written(candidate);
    range = following(candidate);
  }
  throw unprocessable("no range is free for another VPC");
}
