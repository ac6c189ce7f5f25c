import { findImage } from "../catalogue/images";
import { findRegion, openRegions } from "../catalogue/regions";
import { findSize } from "../catalogue/sizes";
import { notFound, unprocessable } from "../errors";
import type { Context } from "../operations";
import type { Action, CloudState, Droplet } from "../state";
import { addAction, refuseWhenLocked } from "./actions";
import { takeIpv6, takePrivateIpv4, takePublicIpv4 } from "./pools";
import { findSshKey } from "./ssh-keys";
import { createTag, dropletsWith, getTag } from "./tags";
import { ensureDefaultVpc } from "./vpcs";

export interface CreateDroplet {
  readonly region?: string | undefined;
  readonly size: string;
  readonly image: string | number;
  readonly ssh_keys?: readonly (string | number)[] | null | undefined;
  readonly user_data?: string | null | undefined;
  readonly vpc_uuid?: string | null | undefined;
  readonly public_networking?: boolean | null | undefined;
  readonly ipv6?: boolean | null | undefined;
  readonly monitoring?: boolean | null | undefined;
  readonly backups?: boolean | null | undefined;
  readonly with_droplet_agent?: boolean | null | undefined;
  readonly tags?: readonly string[] | null | undefined;
  readonly volumes?: readonly string[] | null | undefined;
}

/** What goes with every region. */
export const defaultRegion = "nyc3";

/** 64 KiB, as the original allows. */
const largestUserData = 64 * 1024;

/** Makes the droplets and an action for each that boots its machine. */
export function createDroplets(
  draft: CloudState,
  names: readonly string[],
  input: CreateDroplet,
  context: Context,
): { droplets: Droplet[]; actions: Action[] } {
  if (names.length === 0 || names.length > 10)
    throw unprocessable("Between one and ten droplets can be created at once.");
  for (const name of names) checkName(name);
  const plan = resolve(draft, input, context);
  const droplets = names.map((name) => addDroplet(draft, name, plan, context));
  const actions = droplets.map(({ id, region }) =>
    addAction(draft, "create", { kind: "droplet", dropletId: id }, { region, now: context.now }),
  );
  return { droplets, actions };
}

export function requireDroplet(state: CloudState, id: number): Droplet {
  const droplet = state.droplets.find((one) => one.id === id);
  if (droplet === undefined) throw notFound();
  return droplet;
}

/** The address goes at once; the machine, and with it the droplet, a moment later. */
export function deleteDroplet(draft: CloudState, id: number, { now }: Context): void {
  const { region } = requireDroplet(draft, id);
  refuseWhenLocked(draft, id);
  for (const reservedIp of draft.reservedIps) if (reservedIp.dropletId === id) delete reservedIp.dropletId;
  addAction(draft, "destroy", { kind: "droplet", dropletId: id }, { region, now });
}

export function deleteDropletsWith(draft: CloudState, tagName: string, context: Context): void {
  for (const { id } of dropletsWith(draft, getTag(draft, tagName))) deleteDroplet(draft, id, context);
}

/** When its machine is gone. DNS records that lead to it stay, as in the original. */
export function forgetDroplet(draft: CloudState, id: number): void {
  draft.droplets = draft.droplets.filter((one) => one.id !== id);
  for (const firewall of draft.firewalls) firewall.dropletIds = firewall.dropletIds.filter((one) => one !== id);
  for (const reservedIp of draft.reservedIps) if (reservedIp.dropletId === id) delete reservedIp.dropletId;
  // eslint-disable-next-line @typescript-eslint/no-dynamic-delete -- a dictionary, kept as JSON
  delete draft.projectOf[`do:droplet:${id}`];
}

export function checkName(name: string): void {
  if (!/^[a-zA-Z0-9]?[a-z0-9A-Z.-]*[a-z0-9A-Z]$/.test(name) || name.length > 255) {
    throw unprocessable("Only valid hostname characters are allowed. (a-z, A-Z, 0-9, . and -)");
  }
}

/** @throws ApiError that says what can be had */
export function checkImage(reference: string | number): string {
  const image = findImage(reference);
  if (image !== undefined) return image.slug;
  throw unprocessable(
    `You specified an invalid image for Droplet creation: ${reference}. The sandbox has debian-13-x64 only.`,
  );
}

type Plan = Pick<
  Droplet,
  "region" | "size" | "image" | "sshKeys" | "userData" | "tags" | "features" | "disk" | "vpcId"
> & {
  readonly publicNetworking: boolean;
  readonly ipv6: boolean;
};

function resolve(draft: CloudState, input: CreateDroplet, { now }: Context): Plan {
  const region = regionOf(input.region ?? defaultRegion);
  const size = findSize(input.size);
  if (size === undefined) throw unprocessable("You specified an invalid size for Droplet creation.");
  if (!size.regions.includes(region))
    throw unprocessable(`Size is not available in this region: ${size.slug} in ${region}.`);
  const image = checkImage(input.image);
  if ((input.volumes ?? []).length > 0) throw unprocessable("volumes can't be attached here: the sandbox has none.");
  const userData = input.user_data ?? "";
  if (Buffer.byteLength(userData) > largestUserData) throw unprocessable("user_data may not exceed 64 KiB.");
  const publicNetworking = input.public_networking !== false;
  const ipv6 = publicNetworking && input.ipv6 === true;
  return {
    region,
    size: size.slug,
    disk: size.diskGb,
    image,
    userData,
    sshKeys: sshKeysOf(draft, input.ssh_keys ?? []),
    vpcId: vpcOf(draft, region, input.vpc_uuid, now),
    tags: [...new Set((input.tags ?? []).map((tag) => createTag(draft, tag)))],
    features: features(input, ipv6),
    publicNetworking,
    ipv6,
  };
}

function addDroplet(draft: CloudState, name: string, plan: Plan, { ranges, now }: Context): Droplet {
  const { publicNetworking, ipv6, ...kept } = plan;
  const vpc = draft.vpcs.find(({ id }) => id === plan.vpcId);
  if (vpc === undefined) throw unprocessable("Failed to resolve VPC");
  const droplet: Droplet = {
    ...structuredClone(kept),
    id: draft.next.droplet++,
    name,
    hostname: name,
    ...(publicNetworking ? { publicIpv4: takePublicIpv4(draft, ranges) } : {}),
    ...(ipv6 ? { ipv6: takeIpv6(draft, ranges) } : {}),
    privateIpv4: takePrivateIpv4(draft, vpc),
    createdAt: now,
    made: false,
    power: "off",
  };
  draft.droplets.push(droplet);
  return droplet;
}

/** A prefix such as `nyc` means any of its regions. */
function regionOf(slug: string): string {
  if (findRegion(slug)?.available === true) return slug;
  const choice = /^[a-z]{3}$/.test(slug) ? openRegions.find((region) => region.startsWith(slug)) : undefined;
  if (choice === undefined) throw unprocessable("Region is not available");
  return choice;
}

function sshKeysOf(draft: CloudState, references: readonly (string | number)[]): string[] {
  const unknown = references.filter((reference) => findSshKey(draft, reference) === undefined);
  if (unknown.length > 0)
    throw unprocessable(`${unknown.join(", ")} are invalid key identifiers for Droplet creation.`);
  return references.flatMap((reference) => findSshKey(draft, reference)?.publicKey ?? []);
}

function vpcOf(draft: CloudState, region: string, id: string | null | undefined, now: string): string {
  if (id === undefined || id === null || id === "") return ensureDefaultVpc(draft, region, now).id;
  const vpc = draft.vpcs.find((one) => one.id === id);
  if (vpc === undefined) throw unprocessable("Failed to resolve VPC");
  if (vpc.region !== region) throw unprocessable("The VPC is in another region than the Droplet.");
  return vpc.id;
}

function features(input: CreateDroplet, ipv6: boolean): string[] {
  const wanted: readonly (readonly [string, boolean])[] = [
    ["backups", input.backups === true],
    ["ipv6", ipv6],
    ["monitoring", input.monitoring === true],
    ["droplet_agent", input.with_droplet_agent === true],
    ["private_networking", true],
  ];
  return wanted.filter(([, has]) => has).map(([name]) => name);
}
