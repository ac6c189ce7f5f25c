import { isIPv6 } from "node:net";

import ipaddr from "ipaddr.js";

/** A range as numbers: good for counting, comparing and picking. */
export interface Range {
  readonly first: bigint;
  readonly last: bigint;
  readonly prefix: number;
  readonly version: 4 | 6;
}

/** @returns undefined when the text is no range in CIDR notation */
export function parseRange(cidr: string): Range | undefined {
  if (!ipaddr.isValidCIDR(cidr)) return undefined;
  const [address, prefix] = ipaddr.parseCIDR(cidr);
  const bits = address.kind() === "ipv4" ? 32 : 128;
  const size = 1n << BigInt(bits - prefix);
  const first = (number(address.toByteArray()) / size) * size;
  return { first, last: first + size - 1n, prefix, version: bits === 32 ? 4 : 6 };
}

/** @returns the range from its first address on, as it is written usually */
export function networkOf(cidr: string): string {
  return written(required(cidr));
}

export function overlaps(a: Range, b: Range): boolean {
  return a.version === b.version && a.first <= b.last && b.first <= a.last;
}

/** Dotted netmask of an IPv4 prefix. */
export function netmask(prefix: number): string {
  return ipaddr.IPv4.subnetMaskFromPrefixLength(prefix).toString();
}

/** The range of the same size that comes next. */
export function following({ first, last, prefix, version }: Range): Range {
  const size = last - first + 1n;
  return { first: first + size, last: last + size, prefix, version };
}

/** A range as it is written usually. */
export function written({ first, prefix, version }: Range): string {
  return `${toText(first, version)}/${prefix}`;
}

/** The first address of a range is its gateway. */
export function gatewayOf(cidr: string): string {
  const range = required(cidr);
  return toText(range.first + 1n, range.version);
}

/** The range an address is in. */
export function rangeWith(address: string, cidrs: readonly string[]): string | undefined {
  const number = toNumber(address);
  return cidrs.find((cidr) => {
    const range = required(cidr);
    return isIPv6(address) === (range.version === 6) && number >= range.first && number <= range.last;
  });
}

/** How many addresses at the start of a range are the network's own. */
const reservedAtStart = 4n;

/**
 * The next free address after the one given last, going round: what was freed is not handed out again at once.
 * @param taken addresses that are in use
 * @returns undefined when all are
 */
export function nextAddress(
  cidrs: readonly string[],
  last: string | undefined,
  taken: ReadonlySet<string>,
): string | undefined {
  const ranges = cidrs.map(required);
  const start = last === undefined ? undefined : toNumber(last);
  const at = start === undefined ? -1 : ranges.findIndex((range) => start >= range.first && start <= range.last);
  const order = at < 0 ? ranges : [...ranges.slice(at), ...ranges.slice(0, at)];
  for (const [index, range] of order.entries()) {
    const from = index === 0 && at >= 0 && start !== undefined ? start + 1n : range.first + reservedAtStart;
    const found = firstFree(range, from, taken);
    if (found !== undefined) return found;
  }
  const home = order[0];
  return home === undefined ? undefined : firstFree(home, home.first + reservedAtStart, taken);
}

function firstFree(range: Range, from: bigint, taken: ReadonlySet<string>): string | undefined {
  for (let number = from; number < range.last; number++) {
    const text = toText(number, range.version);
    if (!taken.has(text)) return text;
  }
  return undefined;
}

function required(cidr: string): Range {
  const range = parseRange(cidr);
  if (range === undefined) throw new Error(`${cidr} is not a range in CIDR notation`);
  return range;
}

function toNumber(address: string): bigint {
  return number(ipaddr.parse(address).toByteArray());
}

function number(bytes: readonly number[]): bigint {
  return bytes.reduce((sum, byte) => (sum << 8n) | BigInt(byte), 0n);
}

function toText(number: bigint, version: 4 | 6): string {
  const length = version === 4 ? 4 : 16;
  const bytes = Array.from({ length }, (_, index) => Number((number >> BigInt(8 * (length - 1 - index))) & 0xffn));
  return ipaddr.fromByteArray(bytes).toString();
}
