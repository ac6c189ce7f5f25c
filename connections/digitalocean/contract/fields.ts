/**
 * The fields of DigitalOcean's resources that our components, the stand-in plugin (engine/cmd/pulumi-resource-digitalocean) and the connection
 * check rely on.
 *
 * Names and types are derived from DigitalOcean's published OpenAPI description of its API v2 (github.com/digitalocean/openapi, commit 7c1300c4 of
 * 2026-08-07, Copyright DigitalOcean, Apache License 2.0); which fields, which may be absent and which are essential is ours. Nothing of the
 * description's text is copied.
 */
import { each, type Fields, inside } from "./notation";

export const account: Fields = {
  uuid: "string!",
  status: "string!",
  email: "string",
  "name?": "string",
  email_verified: "boolean",
  status_message: "string",
  droplet_limit: "integer!",
  floating_ip_limit: "integer",
  "team?.uuid": "string!",
  "team?.name": "string",
};

export const sshKey: Fields = {
  id: "integer!",
  fingerprint: "string!",
  name: "string!",
  public_key: "string!",
};

const regionSlug: Fields = { "region.slug": "string!" };

/** Of an answer to its creation: it has no addresses yet. */
export const newDroplet: Fields = {
  id: "integer!",
  name: "string!",
  status: "string!",
  locked: "boolean",
  created_at: "string",
  memory: "integer",
  vcpus: "integer",
  disk: "integer",
  features: "array!",
  "features[]": "string",
  "image.id?": "integer!",
  "image.slug?": "string|null!",
  size_slug: "string!",
  "size.price_hourly": "number",
  "size.price_monthly": "number",
  networks: "object",
  ...regionSlug,
  tags: "array!",
  "tags[]": "string",
  "vpc_uuid?": "string!",
  volume_ids: "array",
  "volume_ids[]": "string",
};

export const droplet: Fields = {
  ...newDroplet,
  ...inside("networks", {
    ...each("v4", { ip_address: "string!", type: "string!" }),
    ...each("v6", { ip_address: "string!", type: "string!" }),
  }),
};

export const action: Fields = {
  id: "integer!",
  status: "string!",
  type: "string!",
  started_at: "string",
  "completed_at?": "string|null",
  "resource_id?": "integer|null",
  resource_type: "string",
  "region_slug?": "string|null",
};

const peers: Fields = {
  "addresses?": "array|null!",
  "addresses?[]": "string!",
  "tags?": "array|null!",
  "tags?[]": "string!",
  "droplet_ids?": "array|null!",
  "droplet_ids?[]": "integer!",
  "load_balancer_uids?": "array|null!",
  "load_balancer_uids?[]": "string!",
  "kubernetes_ids?": "array|null!",
  "kubernetes_ids?[]": "string!",
};

export const firewall: Fields = {
  id: "string!",
  name: "string!",
  status: "string",
  created_at: "string",
  tags: "array|null!",
  "tags[]": "string!",
  droplet_ids: "array|null!",
  "droplet_ids[]": "integer!",
  inbound_rules: "array|null!",
  ...inside("inbound_rules[]", { protocol: "string!", "ports?": "string!", ...inside("sources", peers) }),
  outbound_rules: "array|null!",
  ...inside("outbound_rules[]", { protocol: "string!", "ports?": "string!", ...inside("destinations", peers) }),
};

export const vpc: Fields = {
  id: "string!",
  name: "string!",
  region: "string!",
  ip_range: "string!",
  "description?": "string",
  urn: "string",
  created_at: "string",
  default: "boolean",
};

export const reservedIp: Fields = {
  ip: "string!",
  ...regionSlug,
  droplet: "object|null!",
  "droplet.id": "integer!",
};

/** Of an answer to its creation: it is assigned a moment later. */
export const newReservedIp: Fields = {
  ip: "string!",
  ...regionSlug,
  "droplet?": "object|null",
  "droplet?.id": "integer",
};

export const domain: Fields = {
  name: "string!",
  ttl: "integer|null",
};

export const record: Fields = {
  id: "integer!",
  type: "string!",
  name: "string!",
  data: "string!",
  "ttl?": "integer!",
  "priority?": "integer|null!",
  "port?": "integer|null!",
  "weight?": "integer|null!",
  "flags?": "integer|null!",
  "tag?": "string|null!",
};

export const tag: Fields = {
  name: "string!",
  "resources.count": "integer",
  "resources.droplets.count": "integer",
};

export const project: Fields = {
  id: "string!",
  name: "string!",
  description: "string",
  purpose: "string!",
  "environment?": "string",
  is_default: "boolean",
  owner_uuid: "string",
  owner_id: "integer",
  created_at: "string",
  updated_at: "string",
};

export const projectResource: Fields = { urn: "string!" };

export const size: Fields = {
  slug: "string!",
  available: "boolean!",
  memory: "integer!",
  vcpus: "integer",
  disk: "integer",
  price_hourly: "number",
  price_monthly: "number",
  regions: "array!",
  "regions[]": "string",
};

export const region: Fields = {
  slug: "string!",
  available: "boolean!",
  name: "string",
  features: "array",
  "features[]": "string",
  sizes: "array",
  "sizes[]": "string",
};

export const image: Fields = {
  id: "integer!",
  name: "string",
  distribution: "string",
  "slug?": "string|null!",
  public: "boolean",
  regions: "array",
  "regions[]": "string",
  "status?": "string",
};

/** How a listing goes on. The last page has no `next`; a listing of one page may have no `pages`. */
export const paging: Fields = {
  "links?.pages?.next?": "string!",
  "meta.total": "integer",
};
