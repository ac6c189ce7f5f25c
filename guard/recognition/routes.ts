/** What stands in the places of a route's `:names`, decoded. */
export type Parameters = Readonly<Record<string, string>>;

/**
 * Whether a path is one of a route's.
 * @param route as `/v2/domains/:domain/records`
 * @returns its parameters, or undefined
 */
export function parametersOf(route: string, path: string): Parameters | undefined {
  const wanted = route.split("/");
  const given = path.split("/");
  if (wanted.length !== given.length) return undefined;
  const parameters: Record<string, string> = {};
  for (const [index, part] of wanted.entries()) {
    const value = given[index] ?? "";
    if (!part.startsWith(":")) {
      if (part !== value) return undefined;
    } else if (value === "") return undefined;
    else parameters[part.slice(1)] = decodeURIComponent(value);
  }
  return parameters;
}

/** Puts parameters (`:domain`) and values (`{name}`) into a template of a path; each is one part of it. */
export function filledIn(template: string, parameters: Parameters, values: Parameters = {}): string {
  return template
    .replace(/:(\w+)/g, (_, name: string) => encodeURIComponent(parameters[name] ?? ""))
    .replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(values[name] ?? ""));
}
