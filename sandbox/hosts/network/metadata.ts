import { isIPv4, isIPv6 } from "node:net";

import type { MachineSpec, PrivateNetwork, ReservedAddress } from "../hosts";
import { anchorGateway, anchorRange, gatewayOf, netmaskOf, portsOf, prefixOf } from "./addresses";
import type { Layout } from "./addresses";

/** An IPv4 address as the metadata service describes it. */
interface Ipv4 {
  readonly ip_address: string;
  readonly netmask: string;
  readonly gateway: string;
}

interface Interface {
  readonly type: "public" | "private";
  readonly mac: string;
  readonly ipv4: Ipv4;
  readonly ipv6?: { readonly ip_address: string; readonly cidr: number; readonly gateway: string };
  readonly anchor_ipv4?: Ipv4;
}

interface Lead {
  readonly active: boolean;
  readonly ip_address?: string;
}

/** What `/metadata/v1.json` answers, as DigitalOcean documents it. */
export interface MetadataDocument {
  readonly droplet_id: number;
  readonly hostname: string;
  readonly user_data?: string;
  readonly vendor_data: string;
  readonly public_keys: readonly string[];
  readonly region: string;
  readonly interfaces: { readonly public?: readonly Interface[]; readonly private: readonly Interface[] };
  readonly floating_ip: { readonly ipv4: Lead };
  readonly reserved_ip: { readonly ipv4: Lead; readonly ipv6: Lead };
  readonly dns: { readonly nameservers: readonly string[] };
  readonly tags: readonly string[];
  readonly features: Readonly<Record<string, boolean>>;
}

export function metadataDocument(
  layout: Layout,
  network: PrivateNetwork,
  machine: MachineSpec,
  reserved: readonly ReservedAddress[],
): MetadataDocument {
  const lead = (isOfFamily: (address: string) => boolean): Lead => {
    const found = reserved.find(({ machineId, address }) => machineId === machine.id && isOfFamily(address));
    return found === undefined ? { active: false } : { active: true, ip_address: found.address };
  };
  const ipv4 = lead(isIPv4);
  const outer = publicInterface(layout, machine);
  return {
    droplet_id: machine.id,
    hostname: machine.hostname,
    ...(machine.userData !== "" && { user_data: machine.userData }),
    vendor_data: "",
    public_keys: machine.sshKeys,
    region: machine.region,
    interfaces: {
      ...(outer !== undefined && { public: [outer] }),
      private: [privateInterface(layout, network, machine)],
    },
    floating_ip: { ipv4 },
    reserved_ip: { ipv4, ipv6: lead(isIPv6) },
    dns: { nameservers: [layout.gateway.ipv4] },
    tags: machine.tags,
    features: { dhcp_enabled: false },
  };
}

function publicInterface(layout: Layout, machine: MachineSpec): Interface | undefined {
  const port = portsOf(layout, machine).public;
  if (port === undefined) return undefined;
  const [own = "", anchor = ""] = port.ipv4;
  const [ipv6] = port.ipv6;
  const [range = ""] = layout.ranges.public;
  const [range6 = ""] = layout.ranges.ipv6;
  return {
    type: "public",
    mac: port.mac,
    ipv4: { ip_address: own, netmask: netmaskOf(range), gateway: layout.gateway.ipv4 },
    ...(ipv6 !== undefined && {
      ipv6: { ip_address: ipv6, cidr: prefixOf(range6), gateway: layout.gateway.ipv6 },
    }),
    anchor_ipv4: { ip_address: anchor, netmask: netmaskOf(anchorRange), gateway: anchorGateway },
  };
}

function privateInterface(layout: Layout, { range }: PrivateNetwork, machine: MachineSpec): Interface {
  return {
    type: "private",
    mac: portsOf(layout, machine).private.mac,
    ipv4: { ip_address: machine.private.ipv4, netmask: netmaskOf(range), gateway: gatewayOf(range) },
  };
}

/** Paths of the metadata service: a text, or a folder of further names. */
type Tree = string | Folder;
interface Folder {
  readonly [name: string]: Tree;
}

/**
 * What the metadata service answers at a path.
 * @param path such as `/metadata/v1/interfaces/public/0/ipv4/address`
 * @returns undefined when there is nothing at this path
 */
export function metadataAt(document: MetadataDocument, path: string): { type: string; body: string } | undefined {
  if (path === "/metadata/v1.json") return { type: "application/json", body: JSON.stringify(document) };
  const [, root, version, ...names] = path.replace(/\/+$/, "").split("/");
  if (root !== "metadata" || version !== "v1") return undefined;
  let found: Tree = treeOf(document);
  for (const name of names) {
    if (typeof found === "string" || !Object.hasOwn(found, name)) return undefined;
    const next: Tree | undefined = found[name];
    if (next === undefined) return undefined;
    found = next;
  }
  return { type: "text/plain; charset=utf-8", body: typeof found === "string" ? found : listing(found) };
}

function listing(folder: Folder): string {
  return Object.entries(folder)
    .map(([name, content]) => (typeof content === "string" ? name : `${name}/`))
    .join("\n");
}

function treeOf(document: MetadataDocument): Tree {
  const { interfaces } = document;
  return {
    id: String(document.droplet_id),
    hostname: document.hostname,
    "user-data": document.user_data ?? "",
    "vendor-data": document.vendor_data,
    "public-keys": document.public_keys.join("\n"),
    region: document.region,
    interfaces: {
      ...(interfaces.public !== undefined && { public: numbered(interfaces.public) }),
      private: numbered(interfaces.private),
    },
    dns: { nameservers: document.dns.nameservers.join("\n") },
    floating_ip: { ipv4: leadTree(document.floating_ip.ipv4) },
    reserved_ip: { ipv4: leadTree(document.reserved_ip.ipv4), ipv6: leadTree(document.reserved_ip.ipv6) },
    tags: document.tags.join("\n"),
    features: Object.fromEntries(Object.entries(document.features).map(([name, on]) => [name, String(on)])),
  };
}

function numbered(list: readonly Interface[]): Tree {
  return Object.fromEntries(list.map((one, at) => [String(at), interfaceTree(one)]));
}

function interfaceTree({ type, mac, ipv4, ipv6, anchor_ipv4 }: Interface): Tree {
  return {
    mac,
    type,
    ipv4: ipv4Tree(ipv4),
    ...(ipv6 !== undefined && { ipv6: { address: ipv6.ip_address, cidr: String(ipv6.cidr), gateway: ipv6.gateway } }),
    ...(anchor_ipv4 !== undefined && { anchor_ipv4: ipv4Tree(anchor_ipv4) }),
  };
}

function ipv4Tree({ ip_address, netmask, gateway }: Ipv4): Tree {
  return { address: ip_address, netmask, gateway };
}

function leadTree({ active, ip_address }: Lead): Tree {
  return { active: String(active), ...(ip_address !== undefined && { ip_address }) };
}
