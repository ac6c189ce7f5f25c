import { findRegion } from "../catalogue/regions";
import type { Cloud } from "../cloud";
import { projectIdOf } from "../models/projects";
import type { ReservedIp } from "../state";
import { regionBody } from "./catalogue";
import { dropletBody } from "./droplets";

export function reservedIpBody(cloud: Cloud, { ip, region, dropletId }: ReservedIp): object {
  const { state } = cloud;
  const droplet = state.droplets.find(({ id }) => id === dropletId);
  const found = findRegion(region);
  const pending = state.actions.some(
    ({ status, target }) => status === "in-progress" && target.kind === "reserved_ip" && target.ip === ip,
  );
  return {
    ip,
    ...(found === undefined ? {} : { region: regionBody(found) }),
    droplet: droplet === undefined ? null : dropletBody(cloud, droplet),
    locked: pending,
    project_id: projectIdOf(state, `do:floatingip:${ip}`),
  };
}
