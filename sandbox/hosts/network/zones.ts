import type { Answer, Question } from "dns-packet";

import type { Zone, ZoneRecord } from "../hosts";

/** What the zones say to a question. */
export interface ZoneAnswer {
  readonly code: "NOERROR" | "NXDOMAIN";
  readonly answers: readonly Answer[];
  /** The zone's SOA record, when there is no answer. */
  readonly authorities: readonly Answer[];
  /** A name outside of the zones that an alias led to: what it says belongs to the answer. */
  readonly elsewhere?: string;
}

/** How many aliases are followed: more is a circle. */
const aliasLimit = 8;

/** How long (s) it may be remembered that a name is not there. */
const negativeTtl = 60;

/**
 * Answers from the zones, as an authoritative server does: wildcards for names that are not there, aliases followed,
 * a name without such a record told from a name that does not exist.
 * @param serial for SOA records
 * @returns undefined when the name is in none of the zones
 */
export function answerFrom(zones: readonly Zone[], serial: number, { name, type }: Question): ZoneAnswer | undefined {
  const answers: Answer[] = [];
  let wanted = canonical(name);
  for (let followed = 0; followed <= aliasLimit; followed++) {
    const zone = zoneOf(zones, wanted);
    if (zone === undefined) {
      return followed === 0 ? undefined : { code: "NOERROR", answers, authorities: [], elsewhere: wanted };
    }
    const records = recordsAt(zone, wanted);
    if (records === undefined) return { code: "NXDOMAIN", answers, authorities: [soaOf(zone, serial)] };
    const alias = records.find((record) => record.type === "CNAME");
    if (alias !== undefined && type !== "CNAME" && !isAny(type)) {
      answers.push(toAnswer(zone, serial, wanted, alias));
      wanted = target(zone, alias.data);
      continue;
    }
    const found = records
      .filter((record) => record.type === type || isAny(type))
      .map((record) => toAnswer(zone, serial, wanted, record));
    const own = wanted === canonical(zone.name) && type === "SOA" && found.length === 0 ? [soaOf(zone, serial)] : found;
    return {
      code: "NOERROR",
      answers: [...answers, ...own],
      authorities: own.length === 0 ? [soaOf(zone, serial)] : [],
    };
  }
  return { code: "NOERROR", answers, authorities: [] };
}

function isAny(type: string): boolean {
  return type === "ANY";
}

function canonical(name: string): string {
  return name.toLowerCase().replace(/\.$/, "");
}

/** The zone with the longest name that holds the name. */
function zoneOf(zones: readonly Zone[], name: string): Zone | undefined {
  return zones
    .filter((zone) => name === canonical(zone.name) || name.endsWith(`.${canonical(zone.name)}`))
    .sort((a, b) => b.name.length - a.name.length)[0];
}

/** @returns undefined when neither the name nor a wildcard for it exists */
function recordsAt(zone: Zone, name: string): readonly ZoneRecord[] | undefined {
  const named = (wanted: string) => zone.records.filter((record) => absolute(zone, record.name) === wanted);
  const exists = (wanted: string) =>
    wanted === canonical(zone.name) ||
    zone.records.some(({ name: own }) => `.${absolute(zone, own)}`.endsWith(`.${wanted}`));
  if (exists(name)) return named(name);
  // The wildcard right below the closest name that exists, and no other.
  let encloser = name;
  while (!exists(encloser)) encloser = encloser.slice(encloser.indexOf(".") + 1);
  const wildcard = named(`*.${encloser}`);
  return wildcard.length === 0 ? undefined : wildcard;
}

/** `@` is the zone, a name without a dot is in the zone; so is a record's name that does not end with the zone's. */
function absolute(zone: Zone, text: string): string {
  const origin = canonical(zone.name);
  const name = canonical(text);
  if (name === "@" || name === "") return origin;
  if (text.endsWith(".") || name === origin || name.endsWith(`.${origin}`)) return name;
  return `${name}.${origin}`;
}

/** Where a record leads. The cloud gives names out without their last dot: whatever has a dot inside is whole. */
function target(zone: Zone, data: string): string {
  return data.replace(/\.$/, "").includes(".") ? canonical(data) : absolute(zone, data);
}

function toAnswer(zone: Zone, serial: number, name: string, record: ZoneRecord): Answer {
  const { data, ttl } = record;
  switch (record.type) {
    case "A":
    case "AAAA":
      return { type: record.type, name, ttl, data };
    case "CNAME":
    case "NS":
      return { type: record.type, name, ttl, data: target(zone, data) };
    case "MX":
      return { type: "MX", name, ttl, data: { preference: record.priority ?? 0, exchange: target(zone, data) } };
    case "TXT":
      return { type: "TXT", name, ttl, data: textParts(data) };
    case "SRV": {
      const { priority = 0, weight = 0, port = 0 } = record;
      return { type: "SRV", name, ttl, data: { priority, weight, port, target: target(zone, data) } };
    }
    case "CAA":
      return {
        type: "CAA",
        name,
        ttl,
        data: { flags: record.flags ?? 0, tag: caaTag(record.tag), value: data.replace(/\.$/, "") },
      };
    case "SOA":
      return soaOf(zone, serial);
  }
}

function caaTag(tag: string | undefined): "issue" | "issuewild" | "iodef" {
  return tag === "issuewild" || tag === "iodef" ? tag : "issue";
}

/** A text record is made of strings of at most 255 bytes. */
function textParts(text: string): Buffer[] {
  const bytes = Buffer.from(text);
  const parts: Buffer[] = [];
  for (let at = 0; at < Math.max(bytes.length, 1); at += 255) parts.push(bytes.subarray(at, at + 255));
  return parts;
}

/** The cloud's API gives a zone's SOA record no content worth showing, so it is made here. */
function soaOf(zone: Zone, serial: number): Answer {
  const origin = canonical(zone.name);
  const server = zone.records.find((record) => record.type === "NS" && absolute(zone, record.name) === origin);
  return {
    type: "SOA",
    name: origin,
    ttl: zone.records.find((record) => record.type === "SOA")?.ttl ?? 1800,
    data: {
      mname: server === undefined ? `ns1.${origin}` : target(zone, server.data),
      rname: `hostmaster.${origin}`,
      serial,
      refresh: 10_800,
      retry: 3_600,
      expire: 604_800,
      minimum: negativeTtl,
    },
  };
}
