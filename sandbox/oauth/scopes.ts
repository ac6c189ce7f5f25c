import { invalidScope } from "./errors";

/**
 * The two coarse scopes: `read` is for GET and HEAD, `write` for POST, PUT, PATCH and DELETE. `api:read` and `api:write`
 * are their names in DigitalOcean's list of scopes.
 */
const coarse: Readonly<Record<string, string>> = {
  read: "read",
  write: "write",
  "api:read": "read",
  "api:write": "write",
};

/**
 * The scopes of a request, each once, in the order given.
 * @param text divided by spaces
 * @param known the granular scopes there are, such as `droplet:read`
 * @throws OAuthError invalid_scope
 */
export function parseScopes(text: string, known: ReadonlySet<string>): string[] {
  const scopes = text.split(" ").filter((scope) => scope !== "");
  if (scopes.length === 0) throw invalidScope();
  for (const scope of scopes) if (!(scope in coarse) && !known.has(scope)) throw invalidScope();
  return [...new Set(scopes)];
}

/** The scopes as the cloud's API checks them. */
export function effectiveScopes(scopes: "all" | readonly string[]): "all" | readonly string[] {
  return scopes === "all" ? "all" : scopes.map((scope) => coarse[scope] ?? scope);
}

/** Whether what is asked for goes no further than what is there. */
export function isWithin(asked: readonly string[], granted: "all" | readonly string[]): boolean {
  const has = effectiveScopes(granted);
  if (has === "all") return true;
  return asked.every((scope) => has.includes(coarse[scope] ?? scope));
}

/** What somebody who grants them lets happen, in words; one line for each resource. */
export function scopesInWords(scopes: readonly string[]): readonly string[] {
  const lines: string[] = [];
  const has = effectiveScopes(scopes);
  if (has.includes("read")) lines.push("See everything in the team: resources, settings and billing");
  if (has.includes("write")) lines.push("Create, change and delete anything in the team; this can cost money");
  const resources = new Map<string, string[]>();
  for (const scope of has) {
    if (scope === "read" || scope === "write") continue;
    const [resource = "", action = ""] = scope.split(":");
    resources.set(resource, [...(resources.get(resource) ?? []), verbs[action] ?? action.replaceAll("_", " ")]);
  }
  for (const [resource, actions] of resources) lines.push(`${listed(actions)} ${nameOf(resource)}`);
  return lines.map((line) => `${line.charAt(0).toUpperCase()}${line.slice(1)}`);
}

const verbs: Readonly<Record<string, string>> = { read: "see", create: "create", update: "change", delete: "delete" };

const names: Readonly<Record<string, string>> = {
  account: "the account's details",
  actions: "the history of actions",
  addon: "add-ons",
  billing: "bills and balance",
  monitoring: "monitoring metrics and alerts",
  regions: "regions",
  sizes: "sizes and prices",
  ssh_key: "SSH keys",
  vpc: "VPC networks",
  reserved_ip: "reserved IP addresses",
};

function nameOf(resource: string): string {
  const words = resource.replaceAll("_", " ");
  return names[resource] ?? (words.endsWith("s") ? words : `${words}s`);
}

function listed(words: readonly string[]): string {
  const last = words.at(-1) ?? "";
  return words.length < 2 ? last : `${words.slice(0, -1).join(", ")} and ${last}`;
}
