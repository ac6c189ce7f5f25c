import { isIPv4 } from "node:net";

import { notFound, unprocessable } from "../errors";
import type { CloudState, Domain, DomainRecord } from "../state";
import { asciiName, type RecordInput, validRecord } from "./records";

const nameServers = ["ns1.digitalocean.com", "ns2.digitalocean.com", "ns3.digitalocean.com"];
const defaultTtl = 1800;
const label = /^[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?$/i;

/** A zone starts with what DigitalOcean puts into every one: its SOA and its name servers. */
export function createDomain(
  draft: CloudState,
  input: { name: string; ip_address?: string | undefined },
  now: string,
): Domain {
  const name = asciiName(input.name.replace(/\.$/, ""));
  const labels = name.split(".");
  if (labels.length < 2 || name.length > 253 || !labels.every((one) => label.test(one))) {
    throw unprocessable("Name is not a valid domain name: it has to be like example.com");
  }
  if (draft.domains.some((domain) => domain.name === name)) throw unprocessable("Name already exists");
  const domain: Domain = { name, ttl: defaultTtl, serial: 1, records: [] };
  add(draft, domain, { type: "SOA", name: "@", data: String(defaultTtl), ttl: defaultTtl }, now);
  for (const server of nameServers) add(draft, domain, { type: "NS", name: "@", data: server, ttl: defaultTtl }, now);
  if (input.ip_address !== undefined && input.ip_address !== "") {
    if (!isIPv4(input.ip_address)) throw unprocessable("Ip address is not a valid IPv4 address");
    add(draft, domain, { type: "A", name: "@", data: input.ip_address, ttl: defaultTtl }, now);
  }
  draft.domains.push(domain);
  return domain;
}

export function getDomain(state: CloudState, name: string): Domain {
  const wanted = asciiName(name);
  const domain = state.domains.find((one) => one.name === wanted);
  if (domain === undefined) throw notFound();
  return domain;
}

export function deleteDomain(draft: CloudState, name: string): void {
  const domain = getDomain(draft, name);
  draft.domains = draft.domains.filter((one) => one !== domain);
  // eslint-disable-next-line @typescript-eslint/no-dynamic-delete -- a dictionary, kept as JSON
  delete draft.projectOf[`do:domain:${domain.name}`];
}

export interface RecordFilter {
  readonly name?: string | undefined;
  readonly type?: string | undefined;
}

/** `name` is asked for as a whole name: `www.example.com`. */
export function listRecords(state: CloudState, domainName: string, { name, type }: RecordFilter): DomainRecord[] {
  const domain = getDomain(state, domainName);
  return domain.records.filter(
    (record) =>
      (type === undefined || record.type === type) &&
      (name === undefined || fullName(record, domain) === asciiName(name.replace(/\.$/, ""))),
  );
}

export function getRecord(state: CloudState, domainName: string, id: number): DomainRecord {
  const record = getDomain(state, domainName).records.find((one) => one.id === id);
  if (record === undefined) throw notFound();
  return record;
}

export function createRecord(draft: CloudState, domainName: string, input: RecordInput, now: string): DomainRecord {
  const domain = getDomain(draft, domainName);
  if (input.type === "SOA") throw unprocessable("SOA records can't be added: every domain has its own.");
  const record = validRecord(domain, { ttl: defaultTtl, ...withoutUndefined(input) });
  refuseClash(domain, record);
  return add(draft, domain, record, now);
}

export type RecordChange = { readonly [Key in keyof RecordInput]?: RecordInput[Key] | undefined };

/** What is not given stays as it is. A record's type can't change, and of a SOA record only the TTL can. */
export function updateRecord(
  draft: CloudState,
  domainName: string,
  id: number,
  input: RecordChange,
  now: string,
): DomainRecord {
  const domain = getDomain(draft, domainName);
  const record = getRecord(draft, domainName, id);
  const given = withoutUndefined(input);
  if (given.type !== undefined && given.type !== record.type) throw unprocessable("A record's type can't be changed.");
  const changes: RecordChange = record.type === "SOA" ? onlyTtl(record, given) : given;
  const news = validRecord(domain, { ...record, ...withoutUndefined(changes), type: record.type });
  refuseClash(domain, news, id);
  Object.assign(record, news);
  shareTtl(domain, record);
  touch(domain, now);
  return record;
}

function onlyTtl(record: DomainRecord, { name = record.name, data = record.data, ttl }: RecordChange): RecordChange {
  if (name !== record.name || data !== record.data) throw unprocessable("Only the TTL of a SOA record can be changed.");
  return { ttl };
}

export function deleteRecord(draft: CloudState, domainName: string, id: number, now: string): void {
  const domain = getDomain(draft, domainName);
  const record = getRecord(draft, domainName, id);
  if (record.type === "SOA") throw unprocessable("A domain's SOA record can't be deleted.");
  domain.records = domain.records.filter((one) => one !== record);
  touch(domain, now);
}

function add(draft: CloudState, domain: Domain, record: Omit<DomainRecord, "id">, now: string): DomainRecord {
  const made: DomainRecord = { id: draft.next.record++, ...record };
  domain.records.push(made);
  shareTtl(domain, made);
  touch(domain, now);
  return made;
}

/** Records of one name and type have one TTL (RFC 2181, 5.2): as in the original, that of the last one. */
function shareTtl(domain: Domain, { name, type, ttl }: DomainRecord): void {
  for (const other of domain.records) if (other.name === name && other.type === type) other.ttl = ttl;
}

/** The serial is the second of the last change, as in the original, and grows with every one. */
function touch(domain: Domain, now: string): void {
  domain.serial = Math.max(domain.serial + 1, Math.floor(Date.parse(now) / 1000));
}

/** A CNAME stands alone at its name (RFC 1034, 3.6.2), and no record is there twice. */
function refuseClash(domain: Domain, record: Omit<DomainRecord, "id">, own?: number): void {
  const others = domain.records.filter(({ id, name }) => id !== own && name === record.name);
  if (record.type === "CNAME" ? others.length > 0 : others.some(({ type }) => type === "CNAME")) {
    throw unprocessable("CNAME records cannot share a name with other records");
  }
  const twin = others.some(
    ({ type, data, priority, port, tag }) =>
      type === record.type &&
      data === record.data &&
      priority === record.priority &&
      port === record.port &&
      tag === record.tag,
  );
  if (twin) throw unprocessable("This record already exists.");
}

function fullName({ name }: DomainRecord, domain: Domain): string {
  return name === "@" ? domain.name : `${name}.${domain.name}`.toLowerCase();
}

function withoutUndefined<T extends object>(input: T): T {
  // Only absent keys are dropped: the shape stays.
  return Object.fromEntries(Object.entries(input).filter(([, value]) => value !== undefined && value !== null)) as T;
}
