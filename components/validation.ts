import type { Input } from "@pulumi/pulumi";

import { type Catalogue, loadCatalogue } from "../catalogue/loader";
import { builtInParameters, type SoftwareDefinition } from "../catalogue/schema";
import { type Cidr, isAnywhere, isPrivateRange, overlaps, parseCidr } from "./cidr";
import type { BusinessDeploymentArgs, ResolvedSoftware, SoftwareRequest } from "./deployment";
import { InvalidArgument } from "./errors";

/** A request that was checked, with its defaults filled in. */
export interface ValidDeployment {
  readonly domain: string;
  readonly adminAccess: readonly Cidr[];
  readonly networkRange: Cidr;
  readonly software: readonly ResolvedSoftware[];
}

export interface CloudLimits {
  /** Ranges the cloud keeps for itself and refuses for private networks. */
  readonly reservedRanges: readonly string[];
}

const defaultNetworkRange = "10.20.0.0/24";
const label = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/;
/** Names of machines that are not servers: `ssh bastion` must mean one thing. */
const takenNames = ["bastion"];

/**
 * Refuses every mistake that can be seen without asking the cloud, before anything is created.
 * @throws InvalidArgument for the first one
 */
export function validateDeployment(args: BusinessDeploymentArgs, limits: CloudLimits): ValidDeployment {
  const domain = validDomain(args.domain);
  if (!/^[a-z0-9-]+$/.test(args.region)) {
    throw new InvalidArgument("region", args.region, "has to be the cloud's name of a region, such as fra1");
  }
  const networkRange = validNetworkRange(args.networkRange ?? defaultNetworkRange, limits, args.software.length);
  const adminAccess = validAdminAccess(args, networkRange);
  validAdminKeys(args.adminKeys ?? []);
  const software = validSoftware(args.software, domain, args.catalogue ?? loadCatalogue());
  return { domain, adminAccess, networkRange, software };
}

function validDomain(domain: string): string {
  const labels = domain.split(".");
  if (domain.length > 253 || labels.length < 2 || !labels.every((part) => label.test(part))) {
    throw new InvalidArgument("domain", domain, "has to be a domain name in lower case, such as example.com");
  }
  return domain;
}

function validNetworkRange(text: string, { reservedRanges }: CloudLimits, servers: number): Cidr {
  const range = parseCidr(text);
  if (range?.family !== "ipv4" || !isPrivateRange(range)) {
    throw new InvalidArgument("networkRange", text, "has to be a private IPv4 range, such as 10.20.0.0/24");
  }
  if (range.prefix < 16 || range.prefix > 28) {
    throw new InvalidArgument("networkRange", text, "has to be between a /16 and a /28, such as 10.20.0.0/24");
  }
  const taken = reservedRanges.find((reserved) => overlaps(range, mustParse(reserved)));
  if (taken !== undefined) {
    throw new InvalidArgument("networkRange", text, `must not overlap ${taken}, which the cloud keeps for itself`);
  }
  // Network, broadcast, gateway, the bastion and the one that replaces it.
  const room = 2 ** (32 - range.prefix) - 5;
  if (servers > room) {
    throw new InvalidArgument(
      "networkRange",
      text,
      `has to have room for ${servers} servers: a larger range than this`,
    );
  }
  return range;
}

function validAdminAccess(args: BusinessDeploymentArgs, networkRange: Cidr): Cidr[] {
  const example = "the address ranges of your administrators, such as 203.0.113.7/32";
  if (args.adminAccess.length === 0) {
    throw new InvalidArgument("adminAccess", args.adminAccess, `has to name ${example}`);
  }
  const ranges = args.adminAccess.map((text, index) => {
    const argument = `adminAccess[${index}]`;
    const range = parseCidr(text);
    if (!range) throw new InvalidArgument(argument, text, `has to be a range in CIDR notation: ${example}`);
    if (isAnywhere(range) && args.allowAdminAccessFromAnywhere !== true) {
      throw new InvalidArgument(
        argument,
        text,
        `must not be the whole internet unless allowAdminAccessFromAnywhere is set: name ${example}`,
      );
    }
    if (overlaps(range, networkRange) && !isAnywhere(range)) {
      throw new InvalidArgument(argument, text, `must not overlap networkRange ${networkRange.text}: name ${example}`);
    }
    return range;
  });
  const repeated = ranges.findIndex((range, index) => ranges.findIndex(({ text }) => text === range.text) < index);
  if (repeated >= 0) {
    throw new InvalidArgument(`adminAccess[${repeated}]`, ranges[repeated]?.text, "must not name a range twice");
  }
  return ranges;
}

function validAdminKeys(keys: readonly string[]): void {
  keys.forEach((key, index) => {
    if (/^(ssh-ed25519|sk-ssh-ed25519@openssh\.com|ecdsa-sha2-nistp\d+|ssh-rsa) [A-Za-z0-9+/=]+( [^\r\n]*)?$/.test(key))
      return;
    throw new InvalidArgument(`adminKeys[${index}]`, key, "has to be an OpenSSH public key, such as ssh-ed25519 AAAA…");
  });
}

function validSoftware(requests: readonly SoftwareRequest[], domain: string, catalogue: Catalogue): ResolvedSoftware[] {
  if (requests.length === 0) {
    throw new InvalidArgument("software", requests, `has to name at least one of ${[...catalogue.keys()].join(", ")}`);
  }
  const names = new Set<string>(takenNames);
  const subdomains = new Set<string>();
  return requests.map((request, index) => {
    const at = `software[${index}]`;
    const { name, subdomain = name } = request;
    const definition = catalogue.get(request.software);
    if (!definition) {
      const known = [...catalogue.keys()].join(", ");
      throw new InvalidArgument(`${at}.software`, request.software, `has to be one of ${known}`);
    }
    requireLabel(`${at}.name`, name);
    requireLabel(`${at}.subdomain`, subdomain);
    if (names.has(name))
      throw new InvalidArgument(`${at}.name`, name, "has to differ from bastion and the other names");
    if (subdomains.has(subdomain)) {
      throw new InvalidArgument(`${at}.subdomain`, subdomain, "has to differ from the other subdomains");
    }
    names.add(name);
    subdomains.add(subdomain);
    const hostname = `${subdomain}.${domain}`;
    if (hostname.length > 253) {
      throw new InvalidArgument(`${at}.subdomain`, subdomain, "has to make a host name of at most 253 characters");
    }
    const parameters = validParameters(`${at}.parameters`, request.parameters ?? {}, definition);
    return { name, hostname, url: `https://${hostname}`, size: request.size, definition, parameters };
  });
}

function requireLabel(argument: string, text: string): void {
  if (label.test(text)) return;
  throw new InvalidArgument(
    argument,
    text,
    "has to be a DNS label: up to 63 lower-case letters, digits and hyphens, not beginning or ending with a hyphen",
  );
}

function validParameters(
  at: string,
  given: Readonly<Record<string, Input<string>>>,
  { title, parameters }: SoftwareDefinition,
): Readonly<Record<string, Input<string>>> {
  for (const [name, value] of Object.entries(given)) {
    const parameter = parameters[name];
    if (!parameter) {
      const reserved = (builtInParameters as readonly string[]).includes(name);
      const known = Object.keys(parameters).join(", ");
      const expected = reserved ? "is set by the deployment itself: leave it out" : `is none of ${title}'s: ${known}`;
      throw new InvalidArgument(`${at}.${name}`, reserved ? name : typeof value === "string" ? value : name, expected);
    }
    if (typeof value === "string") requireParameter(`${at}.${name}`, value, parameter);
  }
  for (const [name, { required, description }] of Object.entries(parameters)) {
    if (required === true && given[name] === undefined) {
      throw new InvalidArgument(`${at}.${name}`, undefined, `has to be given: ${description}`);
    }
  }
  return given;
}

/**
 * Whether a value is what its parameter asks for. Values that are not known before the deployment runs are checked here too,
 * when they are.
 * @throws InvalidArgument without the value when the parameter is a password
 */
export function requireParameter(
  argument: string,
  value: string,
  { pattern, expected, credential }: SoftwareDefinition["parameters"][string],
): void {
  const shown = credential === "password" ? "something else" : value;

  if (/[\u0000-\u001f\u007f]/.test(value)) {
    throw new InvalidArgument(
      argument,
      credential === "password" ? shown : JSON.stringify(value),
      "has to be one line of text",
    );
  }
  if (pattern === undefined || new RegExp(pattern).test(value)) return;
  throw new InvalidArgument(argument, shown, `has to be ${expected ?? `a text that matches ${pattern}`}`);
}

function mustParse(text: string): Cidr {
  const range = parseCidr(text);
  if (!range) throw new TypeError(`not a range: ${text}`);
  return range;
}
