import { at } from "../../guard/recognition/marks";
import { digitalOceanPrices } from "../estimate-prices";
import type { Cloud } from "../recovery/cloud";

/** Something that an account has. */
export interface Holding {
  /** `droplet`, `reserved IP` and so on. */
  readonly type: string;
  readonly name: string;
  readonly id: string;
  /** Where the API has it: `/v2/droplets/5`. */
  readonly path: string;
  readonly tags: readonly string[];
  /** Milliseconds since 1970; absent where the cloud does not say. */
  readonly created?: number;
  /** US dollars a month; absent where nobody knows. */
  readonly monthly?: number;
  /** Of an address: the machine that it leads to. */
  readonly leadsTo?: string;
}

interface Collection {
  readonly type: string;
  readonly path: string;
  readonly items: string;
  readonly id?: string;
  readonly name?: string;
  readonly monthly?: (item: object) => number | undefined;
}

const free = (): number => 0;

/** What an account can have that we make, each with what it costs; a removal goes in this order. Domains and their records belong to people. */
const collections: readonly Collection[] = [
  {
    type: "droplet",
    path: "/v2/droplets",
    items: "droplets",
    monthly: (item) => numberAt(item, "size.price_monthly"),
  },
  {
    type: "reserved IP",
    path: "/v2/reserved_ips",
    items: "reserved_ips",
    id: "ip",
    name: "ip",
    monthly: (item) => (numberAt(item, "droplet.id") === undefined ? digitalOceanPrices.unassignedReservedIp : 0),
  },
  { type: "firewall", path: "/v2/firewalls", items: "firewalls", monthly: free },
  { type: "SSH key", path: "/v2/account/keys", items: "ssh_keys", monthly: free },
  {
    type: "volume",
    path: "/v2/volumes",
    items: "volumes",
    monthly: (item) => {
      const size = numberAt(item, "size_gigabytes");
      return size === undefined ? undefined : size * digitalOceanPrices.volumeGb;
    },
  },
  { type: "tag", path: "/v2/tags", items: "tags", id: "name", monthly: free },
  { type: "VPC", path: "/v2/vpcs", items: "vpcs", monthly: free },
];

/** @throws InventoryUnavailable, or the signal's reason */
export async function holdingsOf(cloud: Cloud): Promise<readonly Holding[]> {
  const all: Holding[] = [];
  for (const collection of collections)
    for (const item of await cloud.listing(collection.path, collection.items)) all.push(...holdingIn(collection, item));
  return all;
}

/** @returns nothing for what the cloud makes by itself, and for what has no id that could be told */
function holdingIn({ type, path, id: idField = "id", name = "name", monthly }: Collection, item: object): Holding[] {
  const id = textAt(item, idField);
  if (id === undefined || at(item, "default") === true) return [];
  const created = Date.parse(textAt(item, "created_at") ?? "");
  const cost = monthly?.(item);
  const leadsTo = textAt(item, "droplet.id");
  const tags = at(item, "tags");
  return [
    {
      type,
      id,
      name: textAt(item, name) ?? id,
      path: `${path}/${id}`,
      tags: Array.isArray(tags) ? tags.filter((one): one is string => typeof one === "string") : [],
      ...(Number.isNaN(created) ? {} : { created }),
      ...(cost === undefined ? {} : { monthly: Math.round(cost * 100) / 100 }),
      ...(leadsTo === undefined ? {} : { leadsTo }),
    },
  ];
}

function textAt(item: object, path: string): string | undefined {
  const value = at(item, path);
  return typeof value === "string" || typeof value === "number" ? String(value) : undefined;
}

function numberAt(item: object, path: string): number | undefined {
  const value = at(item, path);
  return typeof value === "number" ? value : undefined;
}
