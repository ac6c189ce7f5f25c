import { all, caseless } from "./comparisons";
import type { Creation, Mark } from "./rule";

type Row = Pick<Creation, "route" | "noun" | "status" | "envelope" | "items"> & Partial<Creation>;

/** Most of the API: a collection with ids and names, listed where it is posted to. */
const named = (row: Row, ...more: readonly Mark[]): Creation => ({
  kind: "creation",
  listing: row.route,
  id: "id",
  marks: [{ sent: "name" }, ...more],
  identity: ["name"],
  ...row,
});

const cluster = "/v2/databases/:cluster";

/**
 * What the official provider makes beyond our components, as DigitalOcean's description of its API has it; the sandbox has none of it, so nothing of
 * it was tried. What shows a secret only in the answer to its creation (`/v2/spaces/keys`, tokens) can't be answered a second time and is not here.
 */
export const furtherCreations: readonly Creation[] = [
  named({
    route: "/v2/load_balancers",
    noun: "a load balancer",
    status: 202,
    envelope: "load_balancer",
    items: "load_balancers",
  }),
  named({
    route: "/v2/certificates",
    noun: "a certificate",
    status: 201,
    envelope: "certificate",
    items: "certificates",
  }),
  named(
    {
      route: "/v2/kubernetes/clusters",
      noun: "a Kubernetes cluster",
      status: 201,
      envelope: "kubernetes_cluster",
      items: "kubernetes_clusters",
    },
    { sent: "region" },
  ),
  named({
    route: "/v2/kubernetes/clusters/:cluster/node_pools",
    noun: "a node pool",
    status: 201,
    envelope: "node_pool",
    items: "node_pools",
  }),
  named(
    { route: "/v2/databases", noun: "a database cluster", status: 201, envelope: "database", items: "databases" },
    { sent: "engine" },
    { sent: "region" },
  ),
  named({
    route: `${cluster}/replicas`,
    noun: "a replica of a database",
    status: 201,
    envelope: "replica",
    items: "replicas",
    id: "name",
  }),
  named({
    route: `${cluster}/users`,
    noun: "a user of a database",
    status: 201,
    envelope: "user",
    items: "users",
    id: "name",
  }),
  named({ route: `${cluster}/dbs`, noun: "a database", status: 201, envelope: "db", items: "dbs", id: "name" }),
  named({
    route: `${cluster}/pools`,
    noun: "a connection pool",
    status: 201,
    envelope: "pool",
    items: "pools",
    id: "name",
  }),
  named({ route: `${cluster}/topics`, noun: "a topic", status: 201, envelope: "topic", items: "topics", id: "name" }),
  named({
    route: "/v2/cdn/endpoints",
    noun: "a CDN endpoint",
    status: 201,
    envelope: "endpoint",
    items: "endpoints",
    marks: [{ sent: "origin", as: caseless }],
    identity: ["origin"],
  }),
  named(
    { route: "/v2/uptime/checks", noun: "an uptime check", status: 201, envelope: "check", items: "checks" },
    { sent: "target" },
  ),
  named(
    {
      route: "/v2/uptime/checks/:check/alerts",
      noun: "an uptime alert",
      status: 201,
      envelope: "alert",
      items: "alerts",
    },
    { sent: "type" },
  ),
  named({
    route: "/v2/monitoring/alerts",
    noun: "an alert policy",
    status: 200,
    envelope: "policy",
    items: "policies",
    id: "uuid",
    marks: [{ sent: "description" }, { sent: "type" }, { sent: "entities", as: all }, { sent: "tags", as: all }],
    identity: ["description", "type"],
  }),
  named(
    { route: "/v2/vpc_peerings", noun: "a VPC peering", status: 202, envelope: "vpc_peering", items: "vpc_peerings" },
    { sent: "vpc_ids", as: all },
  ),
  named({
    route: "/v2/images",
    noun: "an image",
    status: 202,
    envelope: "image",
    listing: "/v2/images?private=true",
    items: "images",
  }),
  named({
    route: "/v2/apps",
    noun: "an app",
    status: 200,
    envelope: "app",
    items: "apps",
    marks: [{ sent: "spec.name" }],
    identity: ["spec.name"],
  }),
  named({
    route: "/v2/droplets/autoscale",
    noun: "an autoscale pool",
    status: 202,
    envelope: "autoscale_pool",
    items: "autoscale_pools",
  }),
  named({
    route: "/v2/vpc_nat_gateways",
    noun: "a NAT gateway",
    status: 202,
    envelope: "vpc_nat_gateway",
    items: "vpc_nat_gateways",
  }),
  named(
    { route: "/v2/nfs", noun: "a network file share", status: 201, envelope: "share", items: "shares" },
    { sent: "region" },
  ),
  named({
    route: "/v2/partner_network_connect/attachments",
    noun: "a partner attachment",
    status: 202,
    envelope: "partner_attachment",
    items: "partner_attachments",
  }),
];
