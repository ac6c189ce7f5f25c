import type { Reality } from "./reality";

/** What the API says there is. */
export interface Inventory {
  readonly droplets: readonly { readonly id: number; readonly status: string; readonly isPublic: boolean }[];
  readonly volumes: readonly string[];
  readonly snapshots: readonly string[];
}

/** What the API lists and this machine does not have, and the other way round, in words. */
export function differences({ droplets, volumes, snapshots }: Inventory, reality: Reality): string[] {
  const ids = droplets.map(({ id }) => String(id));
  const on = droplets.filter(({ status }) => status === "active");
  const running = on.map(({ id }) => String(id));
  const links = on.flatMap(({ id, isPublic }) => [`prv${id}`, ...(isPublic ? [`pub${id}`] : [])]);
  const expected: readonly (readonly [keyof Reality, readonly string[]])[] = [
    ["supervisors", running],
    ["groups", running],
    ["emptyGroups", []],
    ["supervisorFiles", running],
    ["namespaces", [...running, "router", "visitor"]],
    ["links", links],
    ["disks", ids],
    ["volumes", volumes],
    ["snapshots", snapshots],
  ];
  return [
    ...expected.flatMap(([what, should]) => compare(what, reality[what], should)),
    ...(reality.hostLinks.length === 1 ? [] : [`there are ${reality.hostLinks.length} links to the router`]),
    ...droplets
      .filter(({ status }) => status !== "active" && status !== "off")
      .map(({ id, status }) => `droplet ${id} is ${status}, and nothing is in progress`),
  ];
}

/** What is left of a sandbox on this machine. */
export function remains(reality: Reality): string[] {
  return Object.entries(reality).flatMap(([what, names]: [string, readonly string[]]) =>
    names.map((name) => `${what}: ${name}`),
  );
}

function compare(what: string, has: readonly string[], should: readonly string[]): string[] {
  const surplus = difference(has, should).map((name) => `${what}: ${name} belongs to nobody`);
  const missing = difference(should, has).map((name) => `${what}: ${name} is missing`);
  return [...surplus, ...missing];
}

/** Counted: what is there twice is one too many. */
function difference(from: readonly string[], what: readonly string[]): string[] {
  const left = [...what];
  return from.filter((one) => {
    const at = left.indexOf(one);
    if (at >= 0) left.splice(at, 1);
    return at < 0;
  });
}
