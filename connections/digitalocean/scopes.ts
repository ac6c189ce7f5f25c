/**
 * What a deployment of ours needs, in the names of DigitalOcean's granular scopes (docs.digitalocean.com/reference/api/scopes): to look at, make,
 * change and remove each of its resources, and to see what the cloud has.
 */
export const deploymentScopes: readonly string[] = [
  "account:read",
  "actions:read",
  "regions:read",
  "sizes:read",
  "image:read",
  ...["droplet", "ssh_key", "vpc", "tag", "firewall", "domain", "reserved_ip"].flatMap((resource) => allOf(resource)),
];

function allOf(resource: string): string[] {
  const actions = resource === "tag" ? ["create", "read", "delete"] : ["create", "read", "update", "delete"];
  return actions.map((action) => `${resource}:${action}`);
}

/**
 * What is wanted and not granted. `read` covers everything that only looks and `write` everything else; `api:read` and `api:write` are other names of
 * these.
 */
export function lacking(wanted: readonly string[], granted: readonly string[]): string[] {
  const has = new Set(granted.map(plain));
  return [...new Set(wanted)].filter((scope) => {
    const name = plain(scope);
    return !has.has(name) && !(name.includes(":") && has.has(isForReading(scope) ? "read" : "write"));
  });
}

export function isForReading(scope: string): boolean {
  return plain(scope) === "read" || scope.endsWith(":read");
}

function plain(scope: string): string {
  return /^api:(read|write)$/.exec(scope)?.[1] ?? scope;
}

/** How a scope is tried out where nobody says what a token may do: something that is cheap to look at, and can't be seen without it. */
export interface Probe {
  readonly scope: string;
  readonly path: string;
  /** Needed for it as well. */
  readonly also?: string;
}

const probes: readonly Probe[] = [
  { scope: "actions:read", path: "/v2/actions" },
  { scope: "block_storage:read", path: "/v2/volumes" },
  { scope: "domain:read", path: "/v2/domains" },
  { scope: "droplet:read", path: "/v2/droplets" },
  { scope: "firewall:read", path: "/v2/firewalls" },
  { scope: "image:read", path: "/v2/images" },
  { scope: "project:read", path: "/v2/projects" },
  { scope: "regions:read", path: "/v2/regions" },
  { scope: "reserved_ip:read", path: "/v2/reserved_ips" },
  { scope: "sizes:read", path: "/v2/sizes", also: "regions:read" },
  { scope: "ssh_key:read", path: "/v2/account/keys" },
  { scope: "tag:read", path: "/v2/tags" },
  { scope: "vpc:read", path: "/v2/vpcs" },
];

/** @returns those of the wanted scopes that can be tried out; whoever may read at all may read all of it. */
export function probesFor(wanted: readonly string[]): readonly Probe[] {
  const all = wanted.some((scope) => plain(scope) === "read");
  return all ? probes : probes.filter(({ scope }) => wanted.includes(scope));
}
