import type { Droplet, Vpc } from "../state";

export function vpcBody({ id, name, description, region, ipRange, createdAt, default: isDefault }: Vpc): object {
  return {
    id,
    urn: `do:vpc:${id}`,
    name,
    description,
    region,
    ip_range: ipRange,
    created_at: createdAt,
    default: isDefault,
  };
}

export function memberBody({ id, name, createdAt }: Droplet): object {
  return { urn: `do:droplet:${id}`, name, created_at: createdAt };
}
