import type { Fields } from "./notation";

/** Where a value is not as it should be. Never the value itself: it may be a secret. */
export interface Difference {
  /** `droplets[].region.slug`: of an item of a list, whichever. */
  readonly field: string;
  /** `a string`, `an integer or null`. */
  readonly expected: string;
  /** `missing`, `null`, `a string`. */
  readonly found: string;
  /** Whether a client goes wrong by it. */
  readonly essential: boolean;
}

/** Fields as a tree, made once. */
export interface Shape {
  readonly path: string;
  type: string;
  nullable: boolean;
  optional: boolean;
  essential: boolean;
  readonly properties: Map<string, Shape>;
  items?: Shape;
}

/** @throws Error when the fields contradict each other or are not in the notation: a mistake of ours */
export function shapeOf(fields: Fields): Shape {
  const root = shape("");
  for (const [path, type] of Object.entries(fields)) {
    const way = [root];
    let at = root;
    for (const part of path.split(".")) {
      const [, name, mark, list] = /^(\w+)(\??)((?:\[\])*)$/.exec(part) ?? wrong(path);
      if (at.type !== "" && at.type !== "object") wrong(path);
      at = property(at, name ?? "", mark === "?");
      way.push(at);
      for (let depth = (list ?? "").length / 2; depth > 0; depth--) {
        if (at.type !== "" && at.type !== "array") wrong(path);
        const items = (at.items ??= shape(`${at.path}[]`));
        at.type = "array";
        at = items;
        way.push(at);
      }
    }
    const [, name, nullable, mark] = /^(\w+)(\|null)?(!)?$/.exec(type) ?? wrong(path);
    if (at.type !== "" && at.type !== name) wrong(path);
    at.type = name ?? "";
    at.nullable = nullable !== undefined;
    // What leads to something essential is so too, as long as it has to be there.
    if (mark === "!") markEssential(way);
  }
  return root;
}

function markEssential(way: readonly Shape[]): void {
  for (const one of way.toReversed()) {
    one.essential = true;
    if (one.optional) break;
  }
}

function shape(path: string): Shape {
  return { path, type: "", nullable: false, optional: false, essential: false, properties: new Map() };
}

function property(of: Shape, name: string, optional: boolean): Shape {
  of.type = "object";
  const known = of.properties.get(name);
  if (known !== undefined) {
    known.optional ||= optional;
    return known;
  }
  const made = shape(of.path === "" ? name : `${of.path}.${name}`);
  made.optional = optional;
  of.properties.set(name, made);
  return made;
}

function wrong(path: string): never {
  throw new Error(`The contract's field «${path}» is not in its notation, or contradicts another one.`);
}

/** All differences, one for each field. Only what is the value's own is seen: `__proto__` from an answer is a field like any other. */
export function differences(expected: Shape, value: unknown): Difference[] {
  const found = new Map<string, Difference>();
  compare(expected, value, found);
  return [...found.values()];
}

function compare(expected: Shape, value: unknown, found: Map<string, Difference>): void {
  if (value === null && expected.nullable) return;
  if (!hasType(value, expected.type)) {
    report(expected, nameOf(value), found);
    return;
  }
  if (expected.items !== undefined)
    for (const item of value as readonly unknown[]) compare(expected.items, item, found);
  if (expected.properties.size === 0) return;
  const object = value as Readonly<Record<string, unknown>>;
  for (const [name, one] of expected.properties) {
    if (Object.hasOwn(object, name)) compare(one, object[name], found);
    else if (!one.optional) report(one, "missing", found);
  }
}

function report({ path, type, nullable, essential }: Shape, what: string, found: Map<string, Difference>): void {
  if (found.has(path)) return;
  const expected = `${withArticle(type)}${nullable ? " or null" : ""}`;
  found.set(path, { field: path, expected, found: what, essential });
}

function hasType(value: unknown, type: string): boolean {
  switch (type) {
    case "integer":
      return Number.isInteger(value);
    case "array":
      return Array.isArray(value);
    case "object":
      return typeof value === "object" && value !== null && !Array.isArray(value);
    default:
      return typeof value === type;
  }
}

function nameOf(value: unknown): string {
  if (value === null) return "null";
  return withArticle(Array.isArray(value) ? "array" : typeof value);
}

function withArticle(type: string): string {
  return `${/^[aeiou]/.test(type) ? "an" : "a"} ${type}`;
}
