import { findRegion, openRegions } from "../catalogue/regions";
import { findSize } from "../catalogue/sizes";
import { notFound, unprocessable } from "../errors";
import type { Context } from "../operations";
import type { Action, BackupPolicy, CloudState, Droplet, Volume } from "../state";
import { refuseTooManyDroplets } from "./account";
import { addAction, refuseWhenLocked, refuseWhenVolumeBusy } from "./actions";
import { backupPolicy, type PolicyInput, switchOnBackups } from "./backups";
import { forgetUnusedImages, sourceFor } from "./images";
import { takeIpv6, takePrivateIpv4, takePublicIpv4 } from "./pools";
import { findSshKey } from "./ssh-keys";
import { dropletsWith, getTag, tagNew } from "./tags";
import { checkAttachable } from "./volume-actions";
import { listVolumes } from "./volumes";
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
  readonly backup_policy?: PolicyInput | null | undefined;
  readonly with_droplet_agent?: boolean | null | undefined;
  readonly tags?: readonly string[] | null | undefined;
  /** UUIDs. The official Go client gives objects, of which older versions had names. */
  readonly volumes?: readonly VolumeReference[] | null | undefined;
}

export type VolumeReference = string | { readonly id?: string | undefined; readonly name?: string | undefined };

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
  refuseTooManyDroplets(draft, names.length);
  const plan = resolve(draft, input, context);
  if (plan.volumes.length > 0 && names.length > 1)
    throw unprocessable("A volume can be attached to one Droplet only: create the Droplets one by one.");
  const droplets = names.map((name) => addDroplet(draft, name, plan, context));
  const actions = droplets.map(({ id, region, image }) =>
    addAction(draft, "create", { kind: "droplet", dropletId: id }, { region, now: context.now, input: { image } }),
  );
  return { droplets, actions };
}

export function requireDroplet(state: CloudState, id: number): Droplet {
  const droplet = state.droplets.find((one) => one.id === id);
  if (droplet === undefined) throw notFound();
  return droplet;
}

/** The address goes at once; the machine, and with it the droplet, a moment later. Its volumes stay, detached. */
export function deleteDroplet(draft: CloudState, id: number, { now }: Context): void {
  const { region } = requireDroplet(draft, id);
  refuseWhenLocked(draft, id);
  unassignAddresses(draft, id);
  addAction(draft, "destroy", { kind: "droplet", dropletId: id }, { region, now });
}

export function deleteDropletsWith(draft: CloudState, tagName: string, context: Context): void {
  for (const { id } of dropletsWith(draft, getTag(draft, tagName))) deleteDroplet(draft, id, context);
}

/** Its reserved addresses, of both families, lead nowhere from now on. */
function unassignAddresses(draft: CloudState, dropletId: number): void {
  for (const address of [...draft.reservedIps, ...draft.reservedIpv6s]) {
    if (address.dropletId === dropletId) delete address.dropletId;
  }
}

/** When its machine is gone. DNS records that lead to it stay, as in the original. */
export function forgetDroplet(draft: CloudState, id: number): void {
  draft.droplets = draft.droplets.filter((one) => one.id !== id);
  for (const firewall of draft.firewalls) firewall.dropletIds = firewall.dropletIds.filter((one) => one !== id);
  unassignAddresses(draft, id);
  for (const volume of draft.volumes) if (volume.dropletId === id) delete volume.dropletId;
  forgetUnusedImages(draft);
  // eslint-disable-next-line @typescript-eslint/no-dynamic-delete -- a dictionary, kept as JSON
  delete draft.projectOf[`do:droplet:${id}`];
}

export function checkName(name: string): void {
  if (!/^[a-zA-Z0-9]?[a-z0-9A-Z.-]*[a-z0-9A-Z]$/.test(name) || name.length > 255) {
    throw unprocessable("Only valid hostname characters are allowed. (a-z, A-Z, 0-9, . and -)");
  }
}

type Plan = Pick<Droplet, "region" | "size" | "image" | "sshKeys" | "userData" | "features" | "disk" | "vpcId"> & {
  readonly publicNetworking: boolean;
  readonly ipv6: boolean;
  readonly tagNames: readonly string[];
  readonly volumes: readonly Volume[];
  readonly policy?: BackupPolicy;
};

function resolve(draft: CloudState, input: CreateDroplet, { now }: Context): Plan {
  const region = regionOf(input.region ?? defaultRegion);
  const size = findSize(input.size);
  if (size === undefined) throw unprocessable("You specified an invalid size for Droplet creation.");
  if (!size.regions.includes(region))
    throw unprocessable(`Size is not available in this region: ${size.slug} in ${region}.`);
  const { reference: image } = sourceFor(draft, input.image, { region, diskGb: size.diskGb });
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
    tagNames: input.tags ?? [],
    volumes: volumesFor(draft, input.volumes ?? [], region),
    ...(input.backups === true ? { policy: backupPolicy(input.backup_policy) } : {}),
    features: features(input, ipv6),
    publicNetworking,
    ipv6,
  };
}

function addDroplet(draft: CloudState, name: string, plan: Plan, { ranges, now }: Context): Droplet {
  const { publicNetworking, ipv6, tagNames, volumes, policy, ...kept } = plan;
  const vpc = draft.vpcs.find(({ id }) => id === plan.vpcId);
  if (vpc === undefined) throw unprocessable("Failed to resolve VPC");
  const id = draft.next.droplet++;
  const droplet: Droplet = {
    ...structuredClone(kept),
    id,
    name,
    tags: tagNew(draft, "droplet", id, tagNames),
    hostname: name,
    ...(publicNetworking ? { publicIpv4: takePublicIpv4(draft, ranges) } : {}),
    ...(ipv6 ? { ipv6: takeIpv6(draft, ranges) } : {}),
    privateIpv4: takePrivateIpv4(draft, vpc),
    createdAt: now,
    made: false,
    power: "off",
  };
  if (policy !== undefined) switchOnBackups(droplet, policy, now);
  for (const volume of volumes) volume.dropletId = id;
  draft.droplets.push(droplet);
  return droplet;
}

/** Volumes that are free, in the droplet's region. */
function volumesFor(draft: CloudState, references: readonly VolumeReference[], region: string): Volume[] {
  const volumes = new Set(references.map((reference) => volumeFor(draft, reference, region)));
  for (const [index, volume] of [...volumes].entries()) {
    checkAttachable(volume, region, index);
    refuseWhenVolumeBusy(draft, volume.id);
  }
  return [...volumes];
}

function volumeFor(draft: CloudState, reference: VolumeReference, region: string): Volume {
  const { id, name } = typeof reference === "string" ? { id: reference, name: undefined } : reference;
  const volume =
    id === undefined || id === ""
      ? listVolumes(draft, { name: name ?? "", region })[0]
      : draft.volumes.find((one) => one.id === id);
  if (volume === undefined) throw unprocessable(`There is no volume ${id ?? name ?? ""}.`);
  return volume;
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
    ["ipv6", ipv6],
    ["monitoring", input.monitoring === true],
    ["droplet_agent", input.with_droplet_agent === true],
    ["private_networking", true],
  ];
  return wanted.filter(([, has]) => has).map(([name]) => name);
}
