import { createHash } from "node:crypto";

import ipaddr from "ipaddr.js";

/** Brings a value into the form in which two of the same are equal; "" for none. */
export type Comparison = (value: unknown, parameters: Readonly<Record<string, string>>) => string | readonly string[];

/** Numbers and their text are the same; absent, null, 0, false and "" are nothing. */
export const same: Comparison = (value) => {
  if (typeof value === "string") return value;
  if (typeof value === "number" || typeof value === "boolean") return value ? String(value) : "";
  return "";
};

/** Names that the API takes in any case. */
export const caseless: Comparison = (value, parameters) => String(same(value, parameters)).toLowerCase();

/** A list of which all have to be there, others as well: tags. */
export const all: Comparison = (value) =>
  Array.isArray(value) ? value.filter((one): one is string => typeof one === "string") : [];

/** An SSH public key, whatever its comment, as the fingerprint by which the API has it: MD5, in pairs of hexadecimal digits. */
export const publicKey: Comparison = (value) => {
  if (typeof value !== "string") return "";
  const [, key = ""] = value.trim().split(/\s+/);
  const digest = createHash("md5").update(Buffer.from(key, "base64")).digest("hex");
  return digest.replace(/..(?=.)/g, "$&:");
};

/** A record's name, relative to its domain: `www`, `www.example.com.` and `WWW` are the same. */
export const recordName: Comparison = (value, { domain = "" }) => relative(value, domain);

/** A record's value: an address in any spelling, or a name with or without its dot. */
export const recordData: Comparison = (value, { domain = "" }) => {
  if (typeof value !== "string") return "";
  if (ipaddr.isValid(value)) return ipaddr.parse(value).toNormalizedString();
  return value === "@" ? host(domain) : host(value);
};

function relative(value: unknown, domain: string): string {
  if (typeof value !== "string") return "";
  const name = host(value);
  const zone = host(domain);
  if (name === zone || name === "@") return "@";
  return name.endsWith(`.${zone}`) ? name.slice(0, -zone.length - 1) : name;
}

function host(name: string): string {
  return name.toLowerCase().replace(/\.$/, "");
}

/** An action's type: listings call `assign` `assign_ip`, and `attach` `attach_volume`. */
export const actionType: Comparison = (value, parameters) =>
  String(same(value, parameters)).replace(/_(?:ip|volume)$/, "");

/** Whether a listed value is the one that was sent, both brought into their form. */
export function matches(sent: string | readonly string[], listed: string | readonly string[]): boolean {
  if (typeof sent === "string") return typeof listed === "string" && sent === listed;
  return typeof listed !== "string" && sent.every((one) => listed.includes(one));
}

export function isNothing(value: string | readonly string[]): boolean {
  return value.length === 0;
}
