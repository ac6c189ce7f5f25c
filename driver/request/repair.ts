import { inDots, type Path, type Problem } from "../../programs/check";
import { valueAt } from "../../programs/structure";

/** A request in which what has the wrong form was replaced, so that the meaning of everything else can be looked at. */
export interface Repaired {
  readonly request: unknown;
  /** Whether a problem is one of what was replaced, or follows from it, and so is none of the request's own. */
  readonly isOwn: (problem: Problem) => boolean;
}

/**
 * Replaces what has the wrong form by something that is right, and leaves out what may be left out.
 * @param request plain data; it is not changed
 * @param problems of its form
 */
export function repair(request: unknown, problems: readonly Problem[], right: Placeholders): Repaired {
  const copy = structuredClone(request);
  for (const { path } of problems) replaceAt(copy, path, right);
  const replaced = problems.map(({ path }) => inDots(withFollowers(path)));
  const isWithin = (inner: string, outer: string): boolean =>
    inner === outer || inner.startsWith(`${outer}.`) || inner.startsWith(`${outer}[`);
  return {
    request: copy,
    isOwn: ({ path }) => replaced.every((one) => !isWithin(inDots(path), one)),
  };
}

/** What is right anywhere. */
export interface Placeholders {
  readonly region: string;
  readonly software: string;
}

function replaceAt(copy: unknown, path: Path, right: Placeholders): void {
  // Of alternatives no part can be replaced without knowing which was meant.
  const whole = path[0] === "tls" ? path.slice(0, 1) : path;
  const key = whole.at(-1);
  const parent = valueAt(copy, whole.slice(0, -1));
  if (key === undefined || typeof parent !== "object" || parent === null) return;
  const placeholder = placeholderFor(whole, right);
  if (placeholder === undefined) Reflect.deleteProperty(parent, key);
  else (parent as Record<string | number, unknown>)[key] = placeholder;
}

function placeholderFor(path: Path, { region, software }: Placeholders): unknown {
  const index = path.find((key) => typeof key === "number") ?? 0;
  // Addresses that nobody has, so that they are no one's double.
  const admin = `2001:db8:ffff:ffff::${index.toString(16)}/128`;
  const server = { name: `placeholder-${index}`, software };
  switch (path.map((key) => (typeof key === "number" ? "*" : key)).join(".")) {
    case "project":
      return "placeholder";
    case "cloud":
      return "digitalocean";
    case "region":
      return region;
    case "domain":
      return "placeholder.example";
    case "access":
      return { admins: [admin] };
    case "access.admins":
      return [admin];
    case "access.admins.*":
      return admin;
    case "access.keys.*":
      return "ssh-ed25519 AAAA";
    case "software":
      return [server];
    case "software.*":
      return server;
    case "software.*.name":
      return server.name;
    case "software.*.software":
      return software;
    default:
      return undefined;
  }
}

/** What can't be told without it: of software that is not known, neither parameters nor sizes. */
function withFollowers(path: Path): Path {
  if (path[0] === "tls") return ["tls"];
  return path[0] === "software" && path[2] === "software" ? path.slice(0, 2) : path;
}
