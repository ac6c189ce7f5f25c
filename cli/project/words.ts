import type { ResourceName, StepOperation } from "../../driver/events/operation-event";

/** What people call it, where that is not the type's own name. */
const kinds: Readonly<Record<string, string>> = {
  Vpc: "private network",
  ReservedIp: "reserved IP",
  ReservedIpAssignment: "reserved IP assignment",
  Domain: "DNS zone",
  DnsRecord: "DNS record",
  SshKey: "SSH key",
  SshKeyPair: "SSH key pair",
  Firewall: "cloud firewall",
  Ruleset: "iptables rules",
  ConnectionCheck: "connection check",
  Presence: "presence of the machine",
  Authority: "certificate authority",
};

/** `digitalocean:index/reservedIp:ReservedIp` → `reserved IP` */
export function kindOf(type: string): string {
  const last = type.slice(type.lastIndexOf(":") + 1);
  return kinds[last] ?? last.replace(/(?<=[a-z0-9])(?=[A-Z])/g, " ").toLowerCase();
}

/** What a name ends with that its kind says already. */
const suffixes =
  /(?:^|-)(?:droplet|vpc|tag|domain|address|authority|presence|connection|(?:admin-)?password|(?<!host-)key|(?<=network-.*-)firewall|software)$/;

/** `digitalocean:index/droplet:Droplet`, `office-wiki-droplet` → `droplet wiki` */
export function nameOf({ urn, type, name }: ResourceName): string {
  return named(type, name, /^urn:pulumi:([^:]*)::/.exec(urn)?.[1] ?? "");
}

/** The same of the driver's short name, `Droplet office-wiki-droplet`. */
export function nameIn(short: string, project: string): string {
  const [type = "", ...name] = short.split(" ");
  return named(type, name.join(" "), project);
}

function named(type: string, name: string, project: string): string {
  const kind = kindOf(type);
  const own = name.startsWith(`${project}-`) ? name.slice(project.length + 1) : name;
  const short = own.replace(suffixes, "").replace(kind.startsWith("DNS ") ? /^dns(?:-|$)/ : "", "");
  return short === "" || kind.endsWith(short) ? kind : `${kind} ${printable(short)}`;
}

/** Whether it is something by itself: components, providers and the stack only hold others together. */
export function isReal({ type }: Pick<ResourceName, "type">): boolean {
  return !/^(?:pulumi:|deploy4me:)/.test(type);
}

/** How each kind of step is shown. */
export const signs: Readonly<Record<StepOperation, string>> = {
  create: "+",
  update: "~",
  replace: "±",
  delete: "-",
  import: "=",
  read: " ",
  refresh: " ",
  same: " ",
  discard: " ",
  other: "?",
};

/** Names, and what APIs say, come from elsewhere: they move no cursor. Lines stay lines. */
export function printable(text: string): string {
  return text.replace(/[^\P{Cc}\n]|[\p{Cf}\u2028\u2029]/gu, " ");
}

/** Milliseconds as `8 s` or `2 min 5 s`; nothing for less than one. */
export function duration(ms: number): string {
  const seconds = Math.round(ms / 1000);
  if (seconds < 1) return "";
  if (seconds < 60) return `${seconds} s`;
  return `${Math.floor(seconds / 60)} min${seconds % 60 === 0 ? "" : ` ${seconds % 60} s`}`;
}

/** `1 resource`, `3 resources` */
export function counted(count: number, word: string): string {
  return `${count} ${word}${count === 1 ? "" : "s"}`;
}
