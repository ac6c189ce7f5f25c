/** The scopes of one line, each once. OAuth divides them by spaces; people also write commas. */
export function scopesIn(line: string): readonly string[] {
  return [...new Set(line.split(/[\s,]+/).filter((scope) => scope !== ""))];
}

/**
 * What was asked for and not granted. `write` covers everything that changes something and `read` the rest, so whoever has them
 * needs no scope of a single resource (docs.digitalocean.com/reference/api/scopes).
 */
export function missingScopes(wanted: readonly string[], granted: readonly string[]): readonly string[] {
  const has = new Set(granted.map(nameOf));
  return wanted.filter((scope) => {
    const name = nameOf(scope);
    const coarse = name.endsWith(":read") ? "read" : "write";
    return !has.has(name) && !(name.includes(":") && has.has(coarse));
  });
}

/** `api:read` is the name of `read` in DigitalOcean's list of scopes. */
function nameOf(scope: string): string {
  return scope === "api:read" || scope === "api:write" ? scope.slice("api:".length) : scope;
}
