import { RequestNotPlain } from "./errors";

/** One text for one value: keys in order, nothing that JSON would drop. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) => {
    if (typeof inner !== "object" || inner === null || Array.isArray(inner)) return inner;
    return Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)));
  });
}

/**
 * A copy as it arrives at another process. Keys that are undefined are left out; anything else that JSON would change is
 * refused.
 * @throws RequestNotPlain naming the first place
 */
export function plainCopy<Value>(value: Value): Value {
  return copied(value, "", new Set()) as Value;
}

function copied(value: unknown, path: string, above: Set<object>): unknown {
  if (value === null || typeof value === "string" || typeof value === "boolean") return value;
  // JSON knows one zero.
  if (typeof value === "number" && Number.isFinite(value)) return value === 0 ? 0 : value;
  if (typeof value !== "object" || above.has(value)) throw new RequestNotPlain(path);
  const within = new Set(above).add(value);
  if (Array.isArray(value)) return Array.from(value, (inner, index) => copied(inner, `${path}[${index}]`, within));
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== null && !isObjectPrototype(prototype)) throw new RequestNotPlain(path);
  const entries = Object.entries(value).filter(([, inner]) => inner !== undefined);
  return Object.fromEntries(
    entries.map(([key, inner]) => [key, copied(inner, path === "" ? key : `${path}.${key}`, within)]),
  );
}

/** Of this realm or another: a value may come from a worker, a virtual machine or a test's own. */
function isObjectPrototype(prototype: unknown): boolean {
  return typeof prototype === "object" && prototype !== null && Object.getPrototypeOf(prototype) === null;
}
