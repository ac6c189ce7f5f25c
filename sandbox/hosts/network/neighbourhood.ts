import { lookup, getServers } from "node:dns/promises";
import { isIPv4 } from "node:net";

import ipaddr from "ipaddr.js";

import { layoutOf, overlap, prefixOf, sandboxCount } from "./addresses";
import { run } from "./command";

/** An address or range that this machine uses already. */
interface Use {
  readonly range: string;
  /** For what, for errors. */
  readonly what: string;
}

/** How long finding out a package registry's address may take: without a network there is none. */
const lookupMs = 3_000;

/**
 * What this machine itself uses of the documentation ranges: in a laboratory, other things than a sandbox may live
 * there, such as the package registry that machines install from.
 * @returns why a sandbox can't have an index, or undefined when it can
 */
export async function usedAddresses(): Promise<(index: number) => string | undefined> {
  const uses = (await Promise.all([routes(), registries()])).flat();
  uses.push(
    ...getServers()
      .filter(isIPv4)
      .map((address) => ({ range: `${address}/32`, what: "this machine's resolver" })),
  );
  return (index) => conflict(index, uses);
}

/** The ranges of the other sandboxes there may be: a machine's way out must not lead into them. */
export function foreignRanges(index: number, unusable: (index: number) => string | undefined): string[] {
  return Array.from({ length: sandboxCount }, (_, other) => other)
    .filter((other) => other !== index && unusable(other) === undefined)
    .map(layoutOf)
    .flatMap(({ ranges }) => [...ranges.public, ...ranges.reserved]);
}

/** Pure part of {@link usedAddresses}. */
export function conflict(index: number, uses: readonly Use[]): string | undefined {
  const { ranges } = layoutOf(index);
  for (const own of [...ranges.public, ...ranges.reserved]) {
    const use = uses.find(({ range }) => overlap(own, range));
    if (use !== undefined) return `${own} holds ${use.range.replace(/\/32$/, "")}, which is ${use.what}`;
  }
  return undefined;
}

/**
 * Where this machine has addresses, and which ways it knows, but for the links of sandboxes. Of ranges wider than a
 * sandbox's only the gateway counts: in the rest, the narrower way of a sandbox takes nothing away that is in use.
 */
async function routes(): Promise<Use[]> {
  const text = await run("ip", ["-4", "-json", "route", "show", "table", "all"], {
    action: "reading this machine's routes",
  });
  const list: unknown = JSON.parse(text);
  return (Array.isArray(list) ? list : []).flatMap((route: unknown) => {
    const device = field(route, "dev") ?? "";
    if (/^d4m-\d+$/.test(device)) return [];
    const destination = field(route, "dst") ?? "";
    const range = destination.includes("/") ? destination : `${destination}/32`;
    const narrow = ipaddr.IPv4.isValidCIDRFourPartDecimal(range) && prefixOf(range) >= 27;
    const gateway = field(route, "gateway");
    return [
      ...(narrow ? [{ range, what: `on this machine's link ${device}` }] : []),
      ...(gateway === undefined ? [] : [{ range: `${gateway}/32`, what: "a gateway of this machine" }]),
    ];
  });
}

function field(route: unknown, name: string): string | undefined {
  if (typeof route !== "object" || route === null) return undefined;
  const value: unknown = Object.entries(route).find(([key]) => key === name)?.[1];
  return typeof value === "string" ? value : undefined;
}

/** Where apt installs from: the sandbox's machines have to reach it. */
async function registries(): Promise<Use[]> {
  const names = new Set((await aptSites()).flatMap((site) => (URL.canParse(site) ? [new URL(site).hostname] : [])));
  const found = await Promise.all([...names].map((name) => addressesOf(name)));
  return found.flat().map((address) => ({ range: `${address}/32`, what: "a package registry of this machine" }));
}

/** Only what is configured is read: nothing is asked of a registry, and apt's lists are left closed. */
async function aptSites(): Promise<string[]> {
  const action = "reading apt's configuration";
  try {
    const uris = await run("apt-get", ["--print-uris", "update"], { action });
    const proxies = await run(
      "apt-config",
      ["dump", "--format", "%v%n", "Acquire::http::Proxy", "Acquire::https::Proxy"],
      {
        action,
      },
    );
    return [...[...uris.matchAll(/^'([^']+)'/gm)].map(([, uri = ""]) => uri), ...proxies.split("\n")];
  } catch {
    // A machine without apt installs nothing by it.
    return [];
  }
}

async function addressesOf(name: string): Promise<string[]> {
  const found = lookup(name, { all: true, family: 4 }).then(
    (list) => list.map(({ address }) => address),
    () => [],
  );
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<string[]>((resolve) => {
    timer = setTimeout(() => {
      resolve([]);
    }, lookupMs);
  });
  const addresses = await Promise.race([found, late]);
  clearTimeout(timer);
  return addresses;
}
