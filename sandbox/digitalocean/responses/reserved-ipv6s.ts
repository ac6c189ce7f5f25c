import type { Cloud } from "../cloud";
import type { ReservedIpv6 } from "../state";
import { dropletBody } from "./droplets";

export function reservedIpv6Body(cloud: Cloud, { ip, region, createdAt, dropletId }: ReservedIpv6): object {
  const droplet = cloud.state.droplets.find(({ id }) => id === dropletId);
  return {
    ip,
    region_slug: region,
    reserved_at: createdAt,
    droplet: droplet === undefined ? null : dropletBody(cloud, droplet),
  };
}
