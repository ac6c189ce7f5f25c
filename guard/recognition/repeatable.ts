import type { Repeatable } from "./rule";

/**
 * POSTs that say what is to belong to what, or only ask something: twice is as good as once (from DigitalOcean's description of its API; that a tag
 * which is there already is answered like a new one, is tried with the sandbox and known from godo).
 */
export const repeatable: readonly (Pick<Repeatable, "envelope"> & { readonly route: string })[] = [
  { route: "/v2/tags", envelope: "tag" },
  { route: "/v2/tags/:tag/resources" },
  { route: "/v2/droplets/:droplet/destroy_with_associated_resources/retry" },
  { route: "/v2/firewalls/:firewall/droplets" },
  { route: "/v2/firewalls/:firewall/tags" },
  { route: "/v2/firewalls/:firewall/rules" },
  { route: "/v2/projects/:project/resources", envelope: "resources" },
  { route: "/v2/load_balancers/:balancer/droplets" },
  { route: "/v2/load_balancers/:balancer/forwarding_rules" },
  { route: "/v2/kubernetes/registry" },
  { route: "/v2/kubernetes/registries" },
  { route: "/v2/apps/propose" },
  { route: "/v2/registry/validate-name" },
  { route: "/v2/registries/validate-name" },
];
