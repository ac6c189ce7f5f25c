import { absentProducts } from "./catalogue/absent";

/** One operation of the API that the sandbox serves. */
export interface Operation {
  readonly method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  /** As the router has it: `/v2/droplets/:droplet`. */
  readonly path: string;
  /** What a token needs that may not do everything: all of these. */
  readonly scopes: readonly string[];
  /** All of these are enough as well. */
  readonly orScopes?: readonly string[];
  /**
   * Where the knowledge comes from how the original behaves: its OpenAPI description, the sources of the official Go
   * client or of the Terraform provider and its tests, or nobody knows and it is assumed.
   */
  readonly source: "spec" | "godo" | "terraform" | "assumption";
  /** What differs from the original. */
  readonly note?: string;
}

/** Every operation that is served; a test holds it against the routes that there are. */
export const operations: readonly Operation[] = [
  {
    method: "GET",
    path: "/v2/1-clicks",
    scopes: [],
    source: "spec",
    note: "a few of the original's; none can be installed",
  },
  {
    method: "POST",
    path: "/v2/1-clicks/kubernetes",
    scopes: ["kubernetes:update", "addon:create"],
    source: "spec",
    note: "refused: there are no clusters",
  },

  {
    method: "GET",
    path: "/v2/customers/my/balance",
    scopes: ["billing:read"],
    source: "spec",
    note: "every invoice is paid when it is issued",
  },
  {
    method: "GET",
    path: "/v2/customers/my/billing_history",
    scopes: ["billing:read"],
    source: "spec",
    note: "invoices and their payments only",
  },
  {
    method: "GET",
    path: "/v2/customers/my/invoices",
    scopes: ["billing:read"],
    source: "spec",
    note: "prices are the public ones; no taxes, credits or traffic; the preview is never older than the request",
  },
  { method: "GET", path: "/v2/customers/my/invoices/:invoice", scopes: ["billing:read"], source: "spec" },
  { method: "GET", path: "/v2/customers/my/invoices/:invoice/summary", scopes: ["billing:read"], source: "spec" },
  { method: "GET", path: "/v2/customers/my/invoices/:invoice/csv", scopes: ["billing:read"], source: "spec" },
  {
    method: "GET",
    path: "/v2/customers/my/invoices/:invoice/pdf",
    scopes: ["billing:read"],
    source: "spec",
    note: "refused: the sandbox draws no PDF",
  },

  {
    method: "GET",
    path: "/v2/monitoring/metrics/droplet/bandwidth",
    scopes: ["monitoring:read"],
    source: "spec",
    note: "the step is assumed; a day is kept, in memory",
  },
  {
    method: "GET",
    path: "/v2/monitoring/metrics/droplet/cpu",
    scopes: ["monitoring:read"],
    source: "spec",
    note: "modes that a cgroup does not count are always 0; the step is assumed",
  },
  {
    method: "GET",
    path: "/v2/monitoring/metrics/droplet/filesystem_free",
    scopes: ["monitoring:read"],
    source: "spec",
    note: "the step is assumed; a day is kept, in memory",
  },
  {
    method: "GET",
    path: "/v2/monitoring/metrics/droplet/filesystem_size",
    scopes: ["monitoring:read"],
    source: "spec",
    note: "the step is assumed; a day is kept, in memory",
  },
  {
    method: "GET",
    path: "/v2/monitoring/metrics/droplet/load_1",
    scopes: ["monitoring:read"],
    source: "spec",
    note: "the step is assumed; a day is kept, in memory",
  },
  {
    method: "GET",
    path: "/v2/monitoring/metrics/droplet/load_5",
    scopes: ["monitoring:read"],
    source: "spec",
    note: "the step is assumed; a day is kept, in memory",
  },
  {
    method: "GET",
    path: "/v2/monitoring/metrics/droplet/load_15",
    scopes: ["monitoring:read"],
    source: "spec",
    note: "the step is assumed; a day is kept, in memory",
  },
  {
    method: "GET",
    path: "/v2/monitoring/metrics/droplet/memory_total",
    scopes: ["monitoring:read"],
    source: "spec",
    note: "the step is assumed; a day is kept, in memory",
  },
  {
    method: "GET",
    path: "/v2/monitoring/metrics/droplet/memory_free",
    scopes: ["monitoring:read"],
    source: "spec",
    note: "the step is assumed; a day is kept, in memory",
  },
  {
    method: "GET",
    path: "/v2/monitoring/metrics/droplet/memory_cached",
    scopes: ["monitoring:read"],
    source: "spec",
    note: "the step is assumed; a day is kept, in memory",
  },
  {
    method: "GET",
    path: "/v2/monitoring/metrics/droplet/memory_available",
    scopes: ["monitoring:read"],
    source: "spec",
    note: "the step is assumed; a day is kept, in memory",
  },
  { method: "GET", path: "/v2/monitoring/alerts", scopes: ["monitoring:read"], source: "spec" },
  {
    method: "POST",
    path: "/v2/monitoring/alerts",
    scopes: ["monitoring:create"],
    source: "spec",
    note: "kept, but nobody is ever told; droplets' metrics only",
  },
  { method: "GET", path: "/v2/monitoring/alerts/:alert", scopes: ["monitoring:read"], source: "spec" },
  {
    method: "PUT",
    path: "/v2/monitoring/alerts/:alert",
    scopes: ["monitoring:update"],
    source: "spec",
    note: "kept, but nobody is ever told; droplets' metrics only",
  },
  { method: "DELETE", path: "/v2/monitoring/alerts/:alert", scopes: ["monitoring:delete"], source: "spec" },

  { method: "GET", path: "/v2/account", scopes: ["account:read"], source: "spec" },
  { method: "GET", path: "/v2/account/keys", scopes: ["ssh_key:read"], source: "spec" },
  { method: "POST", path: "/v2/account/keys", scopes: ["ssh_key:create"], source: "spec" },
  { method: "GET", path: "/v2/account/keys/:key", scopes: ["ssh_key:read"], source: "spec" },
  { method: "PUT", path: "/v2/account/keys/:key", scopes: ["ssh_key:update"], source: "spec" },
  { method: "DELETE", path: "/v2/account/keys/:key", scopes: ["ssh_key:delete"], source: "spec" },

  { method: "GET", path: "/v2/actions", scopes: ["actions:read"], source: "spec" },
  { method: "GET", path: "/v2/actions/:action", scopes: ["actions:read"], source: "spec" },

  { method: "GET", path: "/v2/sizes", scopes: ["sizes:read", "regions:read"], source: "spec" },
  { method: "GET", path: "/v2/regions", scopes: ["regions:read"], source: "spec" },
  {
    method: "GET",
    path: "/v2/images",
    scopes: ["image:read"],
    source: "spec",
    note: "One public image: the file system that the machines start from.",
  },
  { method: "GET", path: "/v2/images/:image", scopes: ["image:read"], source: "spec" },

  { method: "GET", path: "/v2/domains", scopes: ["domain:read"], source: "spec" },
  { method: "POST", path: "/v2/domains", scopes: ["domain:create"], source: "spec" },
  { method: "GET", path: "/v2/domains/:domain", scopes: ["domain:read"], source: "spec" },
  { method: "DELETE", path: "/v2/domains/:domain", scopes: ["domain:delete"], source: "spec" },
  { method: "GET", path: "/v2/domains/:domain/records", scopes: ["domain:read"], source: "spec" },
  {
    method: "POST",
    path: "/v2/domains/:domain/records",
    scopes: ["domain:create"],
    orScopes: ["domain:update"],
    source: "spec",
  },
  { method: "GET", path: "/v2/domains/:domain/records/:record", scopes: ["domain:read"], source: "spec" },
  { method: "PUT", path: "/v2/domains/:domain/records/:record", scopes: ["domain:update"], source: "spec" },
  { method: "PATCH", path: "/v2/domains/:domain/records/:record", scopes: ["domain:update"], source: "spec" },
  {
    method: "DELETE",
    path: "/v2/domains/:domain/records/:record",
    scopes: ["domain:delete"],
    orScopes: ["domain:update"],
    source: "spec",
  },

  { method: "GET", path: "/v2/droplets", scopes: ["droplet:read"], source: "spec" },
  { method: "POST", path: "/v2/droplets", scopes: ["droplet:create"], source: "spec" },
  { method: "DELETE", path: "/v2/droplets", scopes: ["droplet:delete"], source: "spec" },
  { method: "GET", path: "/v2/droplets/:droplet", scopes: ["droplet:read"], source: "spec" },
  { method: "DELETE", path: "/v2/droplets/:droplet", scopes: ["droplet:delete"], source: "spec" },
  { method: "GET", path: "/v2/droplets/:droplet/firewalls", scopes: ["firewall:read"], source: "spec" },
  { method: "POST", path: "/v2/droplets/actions", scopes: ["droplet:update"], source: "spec" },
  { method: "GET", path: "/v2/droplets/:droplet/actions", scopes: ["droplet:read"], source: "spec" },
  {
    method: "POST",
    path: "/v2/droplets/:droplet/actions",
    scopes: ["droplet:update"],
    source: "spec",
    note: "Each action locks the droplet. Changing the kernel is always refused.",
  },
  { method: "GET", path: "/v2/droplets/:droplet/actions/:action", scopes: ["droplet:read"], source: "spec" },

  { method: "GET", path: "/v2/firewalls", scopes: ["firewall:read"], source: "spec" },
  { method: "POST", path: "/v2/firewalls", scopes: ["firewall:create"], source: "spec" },
  { method: "GET", path: "/v2/firewalls/:firewall", scopes: ["firewall:read"], source: "spec" },
  { method: "PUT", path: "/v2/firewalls/:firewall", scopes: ["firewall:update"], source: "spec" },
  { method: "DELETE", path: "/v2/firewalls/:firewall", scopes: ["firewall:delete"], source: "spec" },
  { method: "POST", path: "/v2/firewalls/:firewall/droplets", scopes: ["firewall:update"], source: "spec" },
  { method: "DELETE", path: "/v2/firewalls/:firewall/droplets", scopes: ["firewall:update"], source: "spec" },
  { method: "POST", path: "/v2/firewalls/:firewall/tags", scopes: ["firewall:update"], source: "spec" },
  { method: "DELETE", path: "/v2/firewalls/:firewall/tags", scopes: ["firewall:update"], source: "spec" },
  { method: "POST", path: "/v2/firewalls/:firewall/rules", scopes: ["firewall:update"], source: "spec" },
  { method: "DELETE", path: "/v2/firewalls/:firewall/rules", scopes: ["firewall:update"], source: "spec" },

  { method: "GET", path: "/v2/projects", scopes: ["project:read"], source: "spec" },
  { method: "POST", path: "/v2/projects", scopes: ["project:create"], source: "spec" },
  { method: "GET", path: "/v2/projects/:project", scopes: ["project:read"], source: "spec" },
  { method: "PUT", path: "/v2/projects/:project", scopes: ["project:update"], source: "spec" },
  { method: "PATCH", path: "/v2/projects/:project", scopes: ["project:update"], source: "spec" },
  { method: "DELETE", path: "/v2/projects/:project", scopes: ["project:delete"], source: "spec" },
  { method: "GET", path: "/v2/projects/:project/resources", scopes: ["project:read"], source: "spec" },
  { method: "POST", path: "/v2/projects/:project/resources", scopes: ["project:assign_resource"], source: "spec" },

  { method: "GET", path: "/v2/reserved_ips", scopes: ["reserved_ip:read"], source: "spec" },
  { method: "POST", path: "/v2/reserved_ips", scopes: ["reserved_ip:create"], source: "spec" },
  { method: "GET", path: "/v2/reserved_ips/:ip", scopes: ["reserved_ip:read"], source: "spec" },
  { method: "DELETE", path: "/v2/reserved_ips/:ip", scopes: ["reserved_ip:delete"], source: "spec" },
  { method: "GET", path: "/v2/reserved_ips/:ip/actions", scopes: ["reserved_ip:read"], source: "spec" },
  { method: "POST", path: "/v2/reserved_ips/:ip/actions", scopes: ["reserved_ip:update"], source: "spec" },
  { method: "GET", path: "/v2/reserved_ips/:ip/actions/:action", scopes: ["reserved_ip:read"], source: "spec" },

  { method: "GET", path: "/v2/reserved_ipv6", scopes: ["reserved_ip:read"], source: "spec" },
  { method: "POST", path: "/v2/reserved_ipv6", scopes: ["reserved_ip:create"], source: "spec" },
  { method: "GET", path: "/v2/reserved_ipv6/:ip", scopes: ["reserved_ip:read"], source: "spec" },
  { method: "DELETE", path: "/v2/reserved_ipv6/:ip", scopes: ["reserved_ip:delete"], source: "spec" },
  {
    method: "POST",
    path: "/v2/reserved_ipv6/:ip/actions",
    scopes: ["reserved_ip:update"],
    source: "spec",
    note: "the droplet needs an IPv6 address of its own; as in the original, its owner puts the reserved one onto an interface",
  },

  { method: "GET", path: "/v2/floating_ips", scopes: ["reserved_ip:read"], source: "spec" },
  { method: "POST", path: "/v2/floating_ips", scopes: ["reserved_ip:create"], source: "spec" },
  { method: "GET", path: "/v2/floating_ips/:ip", scopes: ["reserved_ip:read"], source: "spec" },
  { method: "DELETE", path: "/v2/floating_ips/:ip", scopes: ["reserved_ip:delete"], source: "spec" },
  { method: "GET", path: "/v2/floating_ips/:ip/actions", scopes: ["reserved_ip:read"], source: "spec" },
  { method: "POST", path: "/v2/floating_ips/:ip/actions", scopes: ["reserved_ip:update"], source: "spec" },
  { method: "GET", path: "/v2/floating_ips/:ip/actions/:action", scopes: ["reserved_ip:read"], source: "spec" },

  { method: "GET", path: "/v2/tags", scopes: ["tag:read"], source: "spec" },
  { method: "POST", path: "/v2/tags", scopes: ["tag:create"], source: "spec" },
  { method: "GET", path: "/v2/tags/:tag", scopes: ["tag:read"], source: "spec" },
  { method: "DELETE", path: "/v2/tags/:tag", scopes: ["tag:delete"], source: "spec" },
  { method: "POST", path: "/v2/tags/:tag/resources", scopes: ["tag:create"], source: "spec" },
  { method: "DELETE", path: "/v2/tags/:tag/resources", scopes: ["tag:delete"], source: "spec" },

  { method: "GET", path: "/v2/vpcs", scopes: ["vpc:read"], source: "spec" },
  { method: "POST", path: "/v2/vpcs", scopes: ["vpc:create"], source: "spec" },
  { method: "GET", path: "/v2/vpcs/:vpc", scopes: ["vpc:read"], source: "spec" },
  { method: "PUT", path: "/v2/vpcs/:vpc", scopes: ["vpc:update"], source: "spec" },
  { method: "PATCH", path: "/v2/vpcs/:vpc", scopes: ["vpc:update"], source: "spec" },
  { method: "DELETE", path: "/v2/vpcs/:vpc", scopes: ["vpc:delete"], source: "spec" },
  { method: "GET", path: "/v2/vpcs/:vpc/members", scopes: ["vpc:read"], source: "spec" },
  {
    method: "GET",
    path: "/v2/vpcs/:vpc/peerings",
    scopes: ["vpc_peering:read"],
    source: "spec",
    note: "always empty: there are no peerings",
  },

  ...absentProducts.flatMap(({ path, scope, name }): Operation[] => [
    { method: "GET", path: `/v2${path}`, scopes: [`${scope}:read`], source: "spec", note: "always empty" },
    { method: "GET", path: `/v2${path}/:id`, scopes: [`${scope}:read`], source: "spec", note: "never found" },
    {
      method: "POST",
      path: `/v2${path}`,
      scopes: [`${scope}:create`],
      source: "spec",
      note: `refused: the sandbox has no ${name}`,
    },
  ]),

  { method: "GET", path: "/v2/droplets/:droplet/backups", scopes: ["droplet:read"], source: "spec" },
  { method: "GET", path: "/v2/droplets/:droplet/backups/policy", scopes: ["droplet:read"], source: "spec" },
  { method: "GET", path: "/v2/droplets/backups/policies", scopes: ["droplet:read"], source: "spec" },
  { method: "GET", path: "/v2/droplets/backups/supported_policies", scopes: ["droplet:read"], source: "spec" },
  { method: "GET", path: "/v2/droplets/:droplet/snapshots", scopes: ["droplet:read"], source: "spec" },
  {
    method: "GET",
    path: "/v2/droplets/:droplet/kernels",
    scopes: ["droplet:read"],
    source: "spec",
    note: "There are none: every kernel is the machine's own affair.",
  },
  {
    method: "GET",
    path: "/v2/droplets/:droplet/neighbors",
    scopes: ["droplet:read"],
    source: "spec",
    note: "Droplets of a region share hardware.",
  },
  {
    method: "GET",
    path: "/v2/droplets/:droplet/destroy_with_associated_resources",
    scopes: ["droplet:read"],
    source: "spec",
  },
  {
    method: "DELETE",
    path: "/v2/droplets/:droplet/destroy_with_associated_resources/selective",
    scopes: [
      "droplet:delete",
      "block_storage:delete",
      "block_storage_snapshot:delete",
      "image:delete",
      "reserved_ip:delete",
    ],
    source: "spec",
  },
  {
    method: "DELETE",
    path: "/v2/droplets/:droplet/destroy_with_associated_resources/dangerous",
    scopes: [
      "droplet:delete",
      "block_storage:delete",
      "block_storage_snapshot:delete",
      "image:delete",
      "reserved_ip:delete",
    ],
    source: "spec",
  },
  {
    method: "GET",
    path: "/v2/droplets/:droplet/destroy_with_associated_resources/status",
    scopes: ["droplet:delete"],
    source: "spec",
  },
  {
    method: "POST",
    path: "/v2/droplets/:droplet/destroy_with_associated_resources/retry",
    scopes: [
      "droplet:delete",
      "block_storage:delete",
      "block_storage_snapshot:delete",
      "image:delete",
      "reserved_ip:delete",
    ],
    source: "spec",
  },
  {
    method: "GET",
    path: "/v2/reports/droplet_neighbors_ids",
    scopes: ["droplet:read"],
    source: "spec",
    note: "Droplets of a region share hardware.",
  },

  {
    method: "POST",
    path: "/v2/images",
    scopes: ["image:create"],
    source: "spec",
    note: "Refused: the sandbox has no way out to fetch an image by.",
  },
  { method: "PUT", path: "/v2/images/:image", scopes: ["image:update"], source: "spec" },
  { method: "DELETE", path: "/v2/images/:image", scopes: ["image:delete"], source: "spec" },
  { method: "GET", path: "/v2/images/:image/actions", scopes: ["image:read"], source: "spec" },
  {
    method: "POST",
    path: "/v2/images/:image/actions",
    scopes: ["image:update"],
    source: "spec",
    note: "A transfer is done at once: the sandbox keeps everything in one place.",
  },
  { method: "GET", path: "/v2/images/:image/actions/:action", scopes: ["image:read"], source: "spec" },

  { method: "GET", path: "/v2/snapshots", scopes: ["snapshot:read"], source: "spec" },
  {
    method: "GET",
    path: "/v2/snapshots/:snapshot",
    scopes: ["snapshot:read", "block_storage_snapshot:read"],
    source: "spec",
  },
  { method: "DELETE", path: "/v2/snapshots/:snapshot", scopes: ["image:delete", "snapshot:delete"], source: "spec" },
  { method: "GET", path: "/v2/volumes", scopes: ["block_storage:read"], source: "spec" },
  { method: "POST", path: "/v2/volumes", scopes: ["block_storage:create"], source: "spec" },
  { method: "DELETE", path: "/v2/volumes", scopes: ["block_storage:delete"], source: "spec" },
  { method: "POST", path: "/v2/volumes/actions", scopes: ["block_storage_action:create"], source: "spec" },
  { method: "GET", path: "/v2/volumes/snapshots/:snapshot", scopes: ["block_storage_snapshot:read"], source: "spec" },
  {
    method: "DELETE",
    path: "/v2/volumes/snapshots/:snapshot",
    scopes: ["block_storage_snapshot:delete"],
    source: "spec",
  },
  { method: "GET", path: "/v2/volumes/:volume", scopes: ["block_storage:read"], source: "spec" },
  { method: "DELETE", path: "/v2/volumes/:volume", scopes: ["block_storage:delete"], source: "spec" },
  { method: "GET", path: "/v2/volumes/:volume/actions", scopes: ["block_storage_action:read"], source: "spec" },
  { method: "POST", path: "/v2/volumes/:volume/actions", scopes: ["block_storage_action:create"], source: "spec" },
  { method: "GET", path: "/v2/volumes/:volume/actions/:action", scopes: ["block_storage_action:read"], source: "spec" },
  { method: "GET", path: "/v2/volumes/:volume/snapshots", scopes: ["block_storage_snapshot:read"], source: "spec" },
  { method: "POST", path: "/v2/volumes/:volume/snapshots", scopes: ["block_storage_snapshot:create"], source: "spec" },
];

const byRoute = new Map(operations.map((one) => [`${one.method} ${one.path}`, one]));

/** @param path the route's, not a request's */
export function findOperation(method: string, path: string): Operation | undefined {
  return byRoute.get(`${method} ${path}`);
}

/**
 * The operation that a request is for.
 * @param path the request's, without its query
 */
export function operationAt(method: string, path: string): Operation | undefined {
  const given = path.split("/");
  const matching = operations.filter((one) => {
    const parts = one.path.split("/");
    return (
      one.method === method &&
      parts.length === given.length &&
      parts.every((part, at) => part.startsWith(":") || part === given[at])
    );
  });
  // As the router does: a path without parameters is meant before one with.
  return matching.sort((a, b) => a.path.split(":").length - b.path.split(":").length)[0];
}
