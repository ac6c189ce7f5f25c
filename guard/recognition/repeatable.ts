/**
 * POSTs that say what is to belong to what, or only ask something: twice is as good as once (from DigitalOcean's description of its API; that a tag
 * which is there already is answered like a new one, is tried with the sandbox and known from godo).
 */
export const repeatable: readonly string[] = [
  "/v2/tags",
  "/v2/tags/:tag/resources",
  "/v2/firewalls/:firewall/droplets",
  "/v2/firewalls/:firewall/tags",
  "/v2/firewalls/:firewall/rules",
  "/v2/projects/:project/resources",
  "/v2/load_balancers/:balancer/droplets",
  "/v2/load_balancers/:balancer/forwarding_rules",
  "/v2/kubernetes/registry",
  "/v2/kubernetes/registries",
  "/v2/apps/propose",
  "/v2/registry/validate-name",
  "/v2/registries/validate-name",
];
