import * as ipaddr from "ipaddr.js";

type Address = ipaddr.IPv4 | ipaddr.IPv6;

/** An address range in its one canonical spelling: lower case, IPv6 compressed. */
export interface Cidr {
  readonly text: string;
  readonly address: Address;
  readonly prefix: number;
  readonly family: "ipv4" | "ipv6";
}

/**
 * Reads `192.0.2.0/24`, `2001:db8::/32` or one address, which is a range of one.
 * @returns nothing when the text is no range, or has bits set beyond its prefix (`192.0.2.1/24`)
 */
export function parseCidr(text: string): Cidr | undefined {
  const parsed = parseRange(text);
  if (!parsed) return undefined;
  const [address, prefix] = parsed;
  const family = address.kind();
  const range = { text: `${canonical(address)}/${prefix}`, address, prefix, family };
  return canonical(networkAddress(range)) === canonical(address) ? range : undefined;
}

/** Whether two ranges share an address. */
export function overlaps(one: Cidr, other: Cidr): boolean {
  return one.family === other.family && (contains(one, other.address) || contains(other, one.address));
}

export function contains(range: Cidr, address: Address | string): boolean {
  const parsed = typeof address === "string" ? parseAddress(address) : address;
  if (parsed?.kind() !== range.family) return false;
  const bits = bytesToBits(parsed).slice(0, range.prefix);
  return bits === bytesToBits(range.address).slice(0, range.prefix);
}

/** Whether the range is all of an address family's addresses, or a half of them: access from anywhere in disguise. */
export function isAnywhere(range: Cidr): boolean {
  return range.prefix < 4;
}

/** Whether the range is wholly within the address space that RFC 1918 leaves to private networks. */
export function isPrivateRange(range: Cidr): boolean {
  return privateRanges.some((space) => range.prefix >= space.prefix && contains(space, range.address));
}

/** Whether an address is one that other machines on the internet could see as a source. */
export function isPublicAddress(text: string): boolean {
  const address = parseAddress(text);
  if (!address) return false;
  // The documentation ranges count as public: a cloud in small has nothing else to use for its public addresses.
  return address.range() === "unicast" || (address.range() === "reserved" && !text.startsWith("0."));
}

const privateRanges = ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"].map((text) => {
  const range = parseCidr(text);
  if (!range) throw new TypeError(text);
  return range;
});

function parseRange(text: string): [Address, number] | undefined {
  const match = /^([0-9a-fA-F.:]+)(?:\/(\d{1,3}))?$/.exec(text);
  const address = parseAddress(match?.[1] ?? "");
  if (!match || !address) return undefined;
  const width = address.kind() === "ipv4" ? 32 : 128;
  const prefix = match[2] === undefined ? width : Number(match[2]);
  return prefix <= width ? [address, prefix] : undefined;
}

function parseAddress(text: string): Address | undefined {
  if (ipaddr.IPv4.isValidFourPartDecimal(text)) return ipaddr.IPv4.parse(text);
  return text.includes(":") && ipaddr.IPv6.isValid(text) ? ipaddr.IPv6.parse(text) : undefined;
}

function networkAddress({ address, prefix }: { address: Address; prefix: number }): Address {
  const bytes = address.toByteArray().map((byte, index) => {
    const kept = Math.min(Math.max(prefix - index * 8, 0), 8);
    return byte & (0xff << (8 - kept)) & 0xff;
  });
  return ipaddr.fromByteArray(bytes);
}

function canonical(address: Address): string {
  return address.toString();
}

function bytesToBits(address: Address): string {
  return address
    .toByteArray()
    .map((byte) => byte.toString(2).padStart(8, "0"))
    .join("");
}
