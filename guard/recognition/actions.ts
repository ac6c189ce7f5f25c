import { actionType } from "./comparisons";
import type { Creation } from "./rule";

const hour = 3_600_000;

const action = (
  route: string,
  noun: string,
  more: Partial<Pick<Creation, "status" | "listing" | "only">> = {},
): Creation => ({
  kind: "creation",
  route,
  noun,
  status: 201,
  envelope: "action",
  listing: route,
  items: "actions",
  id: "id",
  location: "/v2/actions/{id}",
  marks: [{ sent: "type", as: actionType }],
  identity: [],
  newestFirst: true,
  standsForMs: hour,
  ...more,
});

/** Actions are recognised by what they are on and their type: the newest that was not there before. */
export const actions: readonly Creation[] = [
  action("/v2/droplets/:droplet/actions", "an action on a droplet"),
  action("/v2/reserved_ips/:ip/actions", "an action on a reserved IP"),
  action("/v2/floating_ips/:ip/actions", "an action on a reserved IP"),
  // These have no listing of their own.
  action("/v2/reserved_ipv6/:ip/actions", "an action on a reserved IPv6 address", {
    listing: "/v2/actions",
    only: { resource_type: "reserved_ipv6" },
  }),
  action("/v2/volumes/:volume/actions", "an action on a volume", { status: 202 }),
  action("/v2/images/:image/actions", "an action on an image"),
];
