import type { Kind, Properties } from "./kind";

/** What the engine writes in the place of a value that it does not know yet, in a preview. */
export const unknown = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

export interface Difference {
  readonly changed: readonly string[];
  readonly replaces: readonly string[];
}

/** Which inputs differ from those the resource has, and which of them mean another resource. */
export function differenceOf(kind: Kind, before: Properties, after: Properties): Difference {
  const keys = new Set([...Object.keys(before), ...Object.keys(after)].filter((key) => !key.startsWith("__")));
  const changed = [...keys].filter((key) => !same(before[key], after[key]));
  const replacing = new Set([...kind.replacedBy, ...(kind.replacedNow?.(after) ?? [])]);
  const isReplaced = kind.update === undefined;
  return { changed, replaces: changed.filter((key) => isReplaced || replacing.has(key)) };
}

/** Lists of texts are sets to AWS: groups, routes, addresses. Policies are JSON, whose layout says nothing. */
export function same(one: unknown, other: unknown): boolean {
  if (typeof one === "string" && typeof other === "string") return one === other || sameJson(one, other);
  if (Array.isArray(one) && Array.isArray(other)) {
    if (one.length !== other.length) return false;
    const [a, b] = [sorted(one), sorted(other)];
    return a.every((value, index) => same(value, b[index]));
  }
  if (isObject(one) && isObject(other)) {
    return [...new Set([...Object.keys(one), ...Object.keys(other)])].every((key) => same(one[key], other[key]));
  }
  return one === other || (isNothing(one) && isNothing(other));
}

function sameJson(one: string, other: string): boolean {
  if (!one.startsWith("{") || !other.startsWith("{")) return false;
  try {
    return same(JSON.parse(one), JSON.parse(other));
  } catch {
    return false;
  }
}

function sorted(list: readonly unknown[]): unknown[] {
  return list.every((value) => typeof value === "string") ? [...list].sort() : [...list];
}

function isNothing(value: unknown): boolean {
  return value === undefined || value === null || value === "";
}

function isObject(value: unknown): value is Properties {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
