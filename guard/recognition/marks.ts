import { isNothing, matches, same } from "./comparisons";
import type { Parameters } from "./routes";
import type { Creation, Mark } from "./rule";

/** The marks that a request gives, in the form in which they are compared, by their name in the request. */
export type Marks = Readonly<Record<string, string | readonly string[]>>;

/** What of a request is found again in what it makes. A secret is never among it: passwords and user data are no marks. */
export function marksOf(rule: Creation, parameters: Parameters, body: object): Marks {
  const given = rule.marks.map((mark) => [mark.sent, formOf(mark, parameters, at(body, mark.sent))] as const);
  return Object.fromEntries(given.filter(([, value]) => !isNothing(value)));
}

/** What identifies it, of its marks, as one text; undefined where two are as good as each other. */
export function identityOf(rule: Creation, marks: Marks): string | undefined {
  if (rule.identity.length === 0) return undefined;
  return JSON.stringify(rule.identity.map((name) => marks[name] ?? ""));
}

/** A listed thing does not have a field by which it would be recognised. */
export class MarkMissing extends Error {
  override readonly name = "MarkMissing";
  readonly code = "MARK_MISSING";

  constructor(readonly field: string) {
    super(`a listed item has no field «${field}»`);
  }
}

/**
 * Whether what is listed has all marks.
 * @throws MarkMissing when that can't be told: a field that is gone from the API must not read as «another one»
 */
export function hasMarks(rule: Creation, parameters: Parameters, marks: Marks, item: object): boolean {
  const kind = Object.entries(rule.only ?? {});
  if (kind.some(([field, value]) => same(present(item, field), parameters) !== value)) return false;
  return rule.marks.every((mark) => {
    const wanted = marks[mark.sent];
    if (wanted === undefined) return true;
    const field = mark.listed ?? mark.sent;
    const value = present(item, field, mark.late);
    if (mark.late === true && (value === undefined || value === null)) return true;
    return matches(wanted, formOf(mark, parameters, value));
  });
}

function formOf({ as = same }: Mark, parameters: Parameters, value: unknown): string | readonly string[] {
  return as(value, parameters);
}

function present(item: object, path: string, late = false): unknown {
  const value = at(item, path);
  if (value === undefined && !late) throw new MarkMissing(path);
  return value;
}

/** A field by its path with dots. Only what is the object's own. */
export function at(value: unknown, path: string): unknown {
  return path.split(".").reduce<unknown>((inner, name) => {
    if (typeof inner !== "object" || inner === null || !Object.hasOwn(inner, name)) return undefined;
    return (inner as Readonly<Record<string, unknown>>)[name];
  }, value);
}
