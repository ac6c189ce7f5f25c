import type { Input } from "@pulumi/pulumi";

import { type Catalogue, loadCatalogue } from "../catalogue/loader";
import { builtInParameters, type ParameterDefinition, type SoftwareDefinition } from "../catalogue/schema";
import { type Cidr, isAnywhere, isPrivateRange, overlaps, parseCidr } from "./cidr";
import type { BusinessDeploymentArgs, ResolvedSoftware, SoftwareRequest } from "./deployment";
import { hidden, type Path, type Problem, Problems } from "./problem";
import { checkUserData } from "./user-data-limit";

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
  /** How much it tells a machine at its first boot, in bytes. Default: as much as there is. */
  readonly userDataBytes?: number;
}

export type CheckedDeployment =
  | { readonly problems: readonly []; readonly valid: ValidDeployment }
  | { readonly problems: readonly [Problem, ...Problem[]] };

export const defaultNetworkRange = "10.20.0.0/24";
/** A DNS label: what names of machines and subdomains have to be. */
export const label = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/;
/** An OpenSSH public key on one line. */
export const publicKey =
  /^(ssh-ed25519|sk-ssh-ed25519@openssh\.com|ecdsa-sha2-nistp\d+|ssh-rsa) [A-Za-z0-9+/=]+( [^\r\n]*)?$/;
/** Names of machines that are not servers: `ssh bastion` must mean one thing. */
const takenNames = ["bastion"];

/**
 * Finds every mistake that can be seen without asking the cloud. Loads nothing of Pulumi's, so that whoever only wants to
 * know need not either.
 */
export function checkDeployment(args: BusinessDeploymentArgs, limits: CloudLimits): CheckedDeployment {
  const problems = new Problems();
  const { domain } = args;
  checkDomain(problems, domain);
  if (!/^[a-z0-9-]+$/.test(args.region)) {
    problems.add(["region"], args.region, "has to be the cloud's name of a region, such as fra1");
  }
  if (args.tls?.issuer === "acme" && args.tls.email !== undefined) checkEmail(problems, args.tls.email);
  const networkRange = checkNetworkRange(problems, args, limits);
  const adminAccess = checkAdminAccess(problems, args, networkRange);
  checkAdminKeys(problems, args.adminKeys ?? []);
  checkUserData(problems, args, limits);
  const software = checkSoftware(problems, args.software, domain, args.catalogue ?? loadCatalogue());
  const [first, ...others] = problems.all;
  if (first !== undefined) return { problems: [first, ...others] };
  // Without a problem there is one; the compiler can't know.
  if (networkRange === undefined) throw new TypeError("a request without a problem has a network range");
  return { problems: [], valid: { domain, adminAccess, networkRange, software } };
}

function checkDomain(problems: Problems, domain: string): void {
  const labels = domain.split(".");
  if (domain.length > 253 || labels.length < 2 || !labels.every((part) => label.test(part))) {
    problems.add(["domain"], domain, "has to be a domain name in lower case, such as example.com");
  }
}

/** It is written into the reverse proxy's configuration, so nothing that has a meaning there may be part of it. */
function checkEmail(problems: Problems, email: string): void {
  if (/^[\w.+-]+@[a-zA-Z0-9.-]+$/.test(email) && email.length <= 254) return;
  problems.add(["tls", "email"], email, "has to be an e-mail address, such as admin@example.com");
}

function checkNetworkRange(
  problems: Problems,
  { networkRange: text = defaultNetworkRange, software }: BusinessDeploymentArgs,
  limits: CloudLimits,
): Cidr | undefined {
  const range = parseCidr(text);
  const expected = expectedOfNetwork(range, limits, software.length);
  if (expected === undefined) return range;
  problems.add(["networkRange"], text, expected);
  return undefined;
}

function expectedOfNetwork(
  range: Cidr | undefined,
  { reservedRanges }: CloudLimits,
  servers: number,
): string | undefined {
  if (range?.family !== "ipv4" || !isPrivateRange(range)) return "has to be a private IPv4 range, such as 10.20.0.0/24";
  if (range.prefix < 16 || range.prefix > 28) return "has to be between a /16 and a /28, such as 10.20.0.0/24";
  const taken = reservedRanges.find((reserved) => overlaps(range, mustParse(reserved)));
  if (taken !== undefined) return `must not overlap ${taken}, which the cloud keeps for itself`;
  // Network, broadcast, gateway, the bastion and the one that replaces it.
  const room = 2 ** (32 - range.prefix) - 5;
  return servers > room ? `has to have room for ${servers} servers: a larger range than this` : undefined;
}

function checkAdminAccess(
  problems: Problems,
  { adminAccess, allowAdminAccessFromAnywhere }: BusinessDeploymentArgs,
  networkRange: Cidr | undefined,
): Cidr[] {
  const example = "the address ranges of your administrators, such as 203.0.113.7/32";
  if (adminAccess.length === 0) problems.add(["adminAccess"], adminAccess, `has to name ${example}`);
  const known = new Set<string>();
  return adminAccess.flatMap((text, index) => {
    const wrong = (value: string, expected: string): [] => {
      problems.add(["adminAccess", index], value, expected);
      return [];
    };
    const range = parseCidr(text);
    if (!range) return wrong(text, `has to be a range in CIDR notation: ${example}`);
    if (isAnywhere(range) && allowAdminAccessFromAnywhere !== true) {
      return wrong(text, `must not be the whole internet unless allowAdminAccessFromAnywhere is set: name ${example}`);
    }
    if (networkRange !== undefined && overlaps(range, networkRange) && !isAnywhere(range)) {
      return wrong(text, `must not overlap networkRange ${networkRange.text}: name ${example}`);
    }
    if (known.has(range.text)) return wrong(range.text, "must not name a range twice");
    known.add(range.text);
    return [range];
  });
}

function checkAdminKeys(problems: Problems, keys: readonly string[]): void {
  keys.forEach((key, index) => {
    // What is none may well be a private one.
    if (publicKey.test(key)) return;
    problems.add(["adminKeys", index], hidden, "has to be an OpenSSH public key, such as ssh-ed25519 AAAA…");
  });
}

function checkSoftware(
  problems: Problems,
  requests: readonly SoftwareRequest[],
  domain: string,
  catalogue: Catalogue,
): ResolvedSoftware[] {
  const known = [...catalogue.keys()];
  if (requests.length === 0) problems.add(["software"], requests, `has to name at least one of ${known.join(", ")}`);
  const names = new Set<string>(takenNames);
  const subdomains = new Set<string>();
  return requests.flatMap((request, index) => {
    const at: Path = ["software", index];
    const { name, subdomain = name } = request;
    const definition = catalogue.get(request.software);
    if (!definition) {
      const expected = `has to be one of ${known.join(", ")}`;
      problems.addWithSuggestion([...at, "software"], request.software, expected, known);
    }
    const isNamed = checkName(problems, [...at, "name"], name, names);
    // One that is taken from a wrong name is as wrong as the name, which is said once.
    if (isNamed || subdomain !== name)
      checkSubdomain(problems, [...at, "subdomain"], subdomain, { domain, subdomains });
    names.add(name);
    subdomains.add(subdomain);
    if (!definition) return [];
    const { parameters = {} } = request;
    checkParameters(problems, [...at, "parameters"], parameters, definition);
    const hostname = `${subdomain}.${domain}`;
    return [{ name, hostname, url: `https://${hostname}`, size: request.size, definition, parameters }];
  });
}

function checkName(problems: Problems, path: Path, name: string, taken: ReadonlySet<string>): boolean {
  if (!checkLabel(problems, path, name)) return false;
  if (!taken.has(name)) return true;
  problems.add(path, name, "has to differ from bastion and the other names");
  return false;
}

function checkSubdomain(
  problems: Problems,
  path: Path,
  subdomain: string,
  { domain, subdomains }: { readonly domain: string; readonly subdomains: ReadonlySet<string> },
): void {
  if (!checkLabel(problems, path, subdomain)) return;
  if (subdomains.has(subdomain)) problems.add(path, subdomain, "has to differ from the other subdomains");
  if (`${subdomain}.${domain}`.length > 253) {
    problems.add(path, subdomain, "has to make a host name of at most 253 characters");
  }
}

function checkLabel(problems: Problems, path: Path, text: string): boolean {
  if (label.test(text)) return true;
  const expected =
    "has to be a DNS label: up to 63 lower-case letters, digits and hyphens, not beginning or ending with a hyphen";
  problems.add(path, text, expected);
  return false;
}

function checkParameters(
  problems: Problems,
  at: Path,
  given: Readonly<Record<string, Input<string>>>,
  { title, parameters }: SoftwareDefinition,
): void {
  const known = Object.keys(parameters);
  for (const [name, value] of Object.entries(given)) {
    // Not `parameters[name]` alone: every object has a `constructor`.
    const parameter = Object.hasOwn(parameters, name) ? parameters[name] : undefined;
    if (parameter === undefined) {
      const reserved = (builtInParameters as readonly string[]).includes(name);
      // Whose value it is nobody knows, so it may be a secret: the name says enough.
      if (reserved) problems.add([...at, name], name, "is set by the deployment itself: leave it out");
      else problems.addWithSuggestion([...at, name], name, `is none of ${title}'s: ${known.join(", ")}`, known);
    } else if (typeof value === "string") {
      const problem = parameterProblem([...at, name], value, parameter);
      if (problem) problems.all.push(problem);
    }
  }
  for (const [name, { required, description }] of Object.entries(parameters)) {
    if (required === true && (!Object.hasOwn(given, name) || given[name] === undefined)) {
      problems.add([...at, name], undefined, `has to be given: ${description}`);
    }
  }
}

/** What is wrong with a parameter's value, without the value when it is a password. */
export function parameterProblem(path: Path, text: string, parameter: ParameterDefinition): Problem | undefined {
  const { pattern, expected } = parameter;
  const value = isSecret(parameter) ? hidden : text;

  if (/[\u0000-\u001f\u007f]/.test(text)) return { path, value, expected: "has to be one line of text" };
  if (pattern === undefined || new RegExp(pattern).test(text)) return undefined;
  return { path, value, expected: `has to be ${expected ?? `a text that matches ${pattern}`}` };
}

/** Whether nobody may see a parameter's value: of a password, and of everything that is made up when it is not given. */
export function isSecret({ credential, generate }: ParameterDefinition): boolean {
  return credential === "password" || generate !== undefined;
}

function mustParse(text: string): Cidr {
  const range = parseCidr(text);
  if (!range) throw new TypeError(`not a range: ${text}`);
  return range;
}
