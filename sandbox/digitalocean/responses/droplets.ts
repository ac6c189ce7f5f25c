import { gatewayOf, netmask, parseRange, rangeWith } from "../addresses";
import { findImage } from "../catalogue/images";
import { findRegion } from "../catalogue/regions";
import { findSize } from "../catalogue/sizes";
import type { Cloud } from "../cloud";
import type { CloudState, Droplet } from "../state";
import { backupWindowBody } from "./backups";
import { diskInfo, imageBody, regionBody, sizeBody } from "./catalogue";
import { dropletFacts } from "./droplet-facts";
import { ownImageBody } from "./images";

export function dropletBody(cloud: Cloud, droplet: Droplet): object {
  const { id, name, disk, tags, features, createdAt, vpcId, backups } = droplet;
  const facts = dropletFacts(cloud.state);
  const size = findSize(droplet.size);
  const region = findRegion(droplet.region);
  const image = dropletImageBody(cloud.state, droplet);
  if (size === undefined || region === undefined || image === undefined) {
    throw new Error(`droplet ${id} has a size, region or image that is not in the catalogue`);
  }
  return {
    id,
    name,
    memory: size.memoryMb,
    vcpus: size.vcpus,
    disk,
    disk_info: diskInfo(disk),
    locked: facts.locked.has(id),
    status: statusOf(cloud, droplet),
    kernel: null,
    created_at: createdAt,
    features,
    backup_ids: facts.backupIds.get(id) ?? [],
    next_backup_window: backups === undefined ? null : backupWindowBody(backups),
    snapshot_ids: facts.snapshotIds.get(id) ?? [],
    image,
    volume_ids: facts.volumeIds.get(id) ?? [],
    size: sizeBody(size),
    size_slug: size.slug,
    networks: networks(cloud, droplet),
    region: regionBody(region),
    tags,
    vpc_uuid: vpcId,
  };
}

/** A snapshot that is gone is shown as long as a droplet was made from it. */
function dropletImageBody({ snapshots }: Readonly<CloudState>, { image }: Droplet): object | undefined {
  const found = findImage(image);
  if (found !== undefined) return imageBody(found);
  const own = snapshots.find(({ id }) => id === image);
  return own === undefined ? undefined : ownImageBody(own);
}

/** A machine that halted by itself is off, whatever it should be. */
function statusOf(cloud: Cloud, droplet: Droplet): "new" | "active" | "off" {
  if (!droplet.made) return "new";
  return cloud.isRunning(droplet) ? "active" : "off";
}

function networks({ hosts, state }: Cloud, droplet: Droplet): object {
  const { publicIpv4, privateIpv4, ipv6 } = droplet;
  const vpc = state.vpcs.find(({ id }) => id === droplet.vpcId);
  const v4 = [
    ...(publicIpv4 === undefined ? [] : [{ ...ipv4(publicIpv4, hosts.ranges.public), type: "public" }]),
    { ...ipv4(privateIpv4, vpc === undefined ? [] : [vpc.ipRange]), type: "private" },
  ];
  return { v4, v6: ipv6 === undefined ? [] : [{ ...network6(ipv6, hosts.ranges.ipv6), type: "public" }] };
}

function ipv4(address: string, ranges: readonly string[]): object {
  const range = rangeWith(address, ranges) ?? `${address}/32`;
  return { ip_address: address, netmask: netmask(parseRange(range)?.prefix ?? 32), gateway: gatewayOf(range) };
}

function network6(address: string, ranges: readonly string[]): object {
  const range = rangeWith(address, ranges) ?? `${address}/128`;
  return { ip_address: address, netmask: parseRange(range)?.prefix ?? 128, gateway: gatewayOf(range) };
}
