import { isIPv4, isIPv6 } from "node:net";
import { domainToASCII } from "node:url";

import { unprocessable } from "../errors";
import { type Domain, type DomainRecord, type RecordType, recordTypes } from "../state";

export interface RecordInput {
  readonly type: string;
  readonly name?: string | null | undefined;
  readonly data?: string | null | undefined;
  readonly ttl?: number | null | undefined;
  readonly priority?: number | null | undefined;
  readonly port?: number | null | undefined;
  readonly weight?: number | null | undefined;
  readonly flags?: number | null | undefined;
  readonly tag?: string | null | undefined;
}

const shortestTtl = 30;
const label = /^([a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?|\*)$/i;

/** Checks a record by its type and brings it into the form it is kept in. */
export function validRecord(domain: Domain, input: RecordInput): Omit<DomainRecord, "id"> {
  const type = recordTypes.find((one) => one === input.type);
  if (type === undefined) throw unprocessable(`type has to be one of ${recordTypes.join(", ")}`);
  const ttl = input.ttl ?? domain.ttl;
  if (!Number.isInteger(ttl) || ttl < shortestTtl)
    throw unprocessable(`TTL must be an integer of at least ${shortestTtl}`);
  const name = validName(domain, input.name ?? (nameless.includes(type) ? "@" : ""));
  const data = type === "CAA" ? caaData(input) : validData(domain, type, input.data ?? "");
  return { type, name, data, ttl, ...extras(type, input) };
}

/** What these say of the domain itself needs no name. */
const nameless: readonly RecordType[] = ["MX", "NS"];

function validName(domain: Domain, name: string): string {
  if (name === "") throw unprocessable("Name can't be blank");
  if (name === "@") return name;
  const relative = asciiName(name.replace(/\.$/, ""));
  // A whole name is taken as well, as in the original.
  if (relative === domain.name) return "@";
  const suffix = `.${domain.name}`;
  const own = relative.endsWith(suffix) ? relative.slice(0, -suffix.length) : relative;
  const labels = own.split(".");
  if (!labels.every((one, index) => label.test(one) && (one !== "*" || index === 0))) {
    throw unprocessable("Name is not a valid host name");
  }
  if (`${own}.${domain.name}`.length > 253) throw unprocessable("Name is too long");
  return own;
}

function validData(domain: Domain, type: RecordType, data: string): string {
  if (data === "") throw unprocessable("Data can't be blank");
  switch (type) {
    case "A":
      if (!isIPv4(data)) throw unprocessable("IP address did not match IPv4 format (e.g. 127.0.0.1).");
      return data;
    case "AAAA":
      if (!isIPv6(data)) throw unprocessable("IP address did not match IPv6 format (e.g. 2001:db8::ff00:42:8329).");
      return data;
    case "CNAME":
    case "MX":
    case "NS":
    case "SRV":
      return target(domain, data);
    case "CAA":
    case "SOA":
    case "TXT":
      return data;
  }
}

/**
 * Another name: whole, with the dot at its end, or `@`. As in the original, a change that leaves the data out is refused
 * for want of the dot, because the data is kept without it (github.com/digitalocean/doctl/issues/919,
 * terraform-provider-digitalocean/issues/58).
 */
function target(domain: Domain, data: string): string {
  if (data === "@") return data;
  const name = asciiName(withoutDot(data));
  if (!name.split(".").every((one) => label.test(one))) throw unprocessable("Data is not a valid host name");
  return name === domain.name ? "@" : name;
}

/** The authority's name needs the dot as well; `;` for none, and what is to be told where, are no names. */
function caaData({ data, tag }: RecordInput): string {
  if (data === undefined || data === null || data === "") throw unprocessable("Data can't be blank");
  return data === ";" || tag === "iodef" ? data : withoutDot(data);
}

function withoutDot(data: string): string {
  if (!data.endsWith(".")) throw unprocessable("Data needs to end with a dot (.)");
  return data.slice(0, -1);
}

/** Small letters, and other scripts in their form for the DNS (RFC 3492). What has none stays as it is, to be refused. */
export function asciiName(name: string): string {
  const lower = name.toLowerCase();
  if (/^[\x00-\x7f]*$/.test(lower)) return lower;
  return domainToASCII(lower) || lower;
}

function extras(type: RecordType, input: RecordInput): Partial<DomainRecord> {
  switch (type) {
    case "MX":
      return { priority: number("Priority", input.priority, 65_535) };
    case "SRV":
      return {
        priority: number("Priority", input.priority, 65_535),
        port: number("Port", input.port, 65_535),
        weight: number("Weight", input.weight, 65_535),
      };
    case "CAA":
      return { flags: number("Flags", input.flags, 255), tag: caaTag(input.tag) };
    default:
      return {};
  }
}

function number(name: string, value: number | null | undefined, largest: number): number {
  if (value === undefined || value === null) throw unprocessable(`${name} can't be blank.`);
  if (!Number.isInteger(value) || value < 0 || value > largest) {
    throw unprocessable(`${name} must be between 0 and ${largest}.`);
  }
  return value;
}

function caaTag(tag: string | null | undefined): string {
  if (tag !== "issue" && tag !== "issuewild" && tag !== "iodef") {
    throw unprocessable("Tag must be one of issue, issuewild, iodef.");
  }
  return tag;
}
