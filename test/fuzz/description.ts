import { operations } from "../../sandbox/digitalocean/coverage";

type Json = Readonly<Record<string, unknown>>;

/**
 * DigitalOcean's description of its API, cut down to what the sandbox serves: what it does not serve would only be
 * asked for to be told so.
 * @returns the operations that are served and not described, beside it
 */
export function servedDescription(whole: Json): {
  readonly description: Json;
  readonly undescribed: readonly string[];
} {
  const served = new Set(operations.map(({ method, path }) => key(method, path)));
  const paths: Record<string, Json> = {};
  const described = new Set<string>();
  for (const [path, item] of Object.entries(object(whole.paths))) {
    const kept = Object.entries(object(item)).filter(([method]) => {
      const own = key(method, path);
      if (served.has(own)) described.add(own);
      // What is beside the methods belongs to all of them.
      return served.has(own) || method === "parameters";
    });
    if (kept.some(([method]) => method !== "parameters")) paths[path] = Object.fromEntries(kept);
  }
  const { openapi, info } = whole;
  const components = referenced(whole, paths);
  return {
    description: object(withoutLinks({ openapi, info, paths, components })),
    undescribed: [...served].filter((one) => !described.has(one)),
  };
}

/** How a path is written differs; where it has parameters does not. */
function key(method: string, path: string): string {
  return `${method.toUpperCase()} ${path.replaceAll(/:\w+|\{[^}]+\}/g, "{}")}`;
}

/** The components that are referred to, and those that they refer to. */
function referenced(whole: Json, paths: Json): Json {
  const components: Record<string, Record<string, unknown>> = {};
  const pending = references(paths);
  for (let place = pending.pop(); place !== undefined; place = pending.pop()) {
    const [, , kind = "", name = ""] = place.split("/");
    if (components[kind]?.[name] !== undefined) continue;
    const component = object(object(whole.components)[kind])[name];
    (components[kind] ??= {})[name] = component;
    pending.push(...references(component));
  }
  return components;
}

/** Some of its links lead to operations that it does not have: those that follow from the names are as good. */
function withoutLinks(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutLinks);
  if (typeof value !== "object" || value === null) return value;
  const kept = Object.entries(value).filter(([name, inner]: [string, unknown]) => name !== "links" || !areLinks(inner));
  return Object.fromEntries(kept.map(([name, inner]: [string, unknown]) => [name, withoutLinks(inner)]));
}

/** Resources have fields of the same name. */
function areLinks(value: unknown): boolean {
  return (
    typeof value === "object" &&
    value !== null &&
    Object.values(value).every((one) => /^\{"(operationId|\$ref":"#\/components\/links)/.test(JSON.stringify(one)))
  );
}

function references(value: unknown): string[] {
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([name, inner]: [string, unknown]) =>
    name === "$ref" && typeof inner === "string" ? [inner] : references(inner),
  );
}

function object(value: unknown): Json {
  if (typeof value !== "object" || value === null)
    throw new Error(`expected an object, found ${JSON.stringify(value)}`);
  // A JSON object has string keys.
  return value as Json;
}
