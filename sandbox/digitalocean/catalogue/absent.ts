/** A product of the original that the sandbox does not have. */
export interface AbsentProduct {
  /** Below `/v2`. */
  readonly path: string;
  /** The name of the listing in its answer. */
  readonly listing: string;
  /** What its scopes are for. */
  readonly scope: string;
  readonly name: string;
}

/**
 * What clients ask for on the way to something else: lists of these are empty, and making one is refused. Whatever is
 * not here is not found at all.
 */
export const absentProducts: readonly AbsentProduct[] = [
  { path: "/load_balancers", listing: "load_balancers", scope: "load_balancer", name: "load balancers" },
  { path: "/certificates", listing: "certificates", scope: "certificate", name: "certificates" },
  { path: "/cdn/endpoints", listing: "endpoints", scope: "cdn", name: "CDN endpoints" },
  {
    path: "/kubernetes/clusters",
    listing: "kubernetes_clusters",
    scope: "kubernetes",
    name: "Kubernetes clusters",
  },
  { path: "/databases", listing: "databases", scope: "database", name: "databases" },
  { path: "/droplets/autoscale", listing: "autoscale_pools", scope: "droplet", name: "pools of droplets" },
  { path: "/vpc_peerings", listing: "vpc_peerings", scope: "vpc_peering", name: "VPC peerings" },
  { path: "/vpc_nat_gateways", listing: "vpc_nat_gateways", scope: "nat_gateway", name: "NAT gateways" },
];
