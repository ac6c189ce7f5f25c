import { closest, distance } from "fastest-levenshtein";

/** Where something is in a request: `["software", 0, "size"]`. */
export type Path = readonly (string | number)[];

/** Something in a request that is not right. */
export interface Problem {
  readonly path: Path;
  /** What is there; {@link hidden} when nobody may see it. */
  readonly value: unknown;
  /** What would be right, as the end of a sentence that begins with the path: "has to be …". */
  readonly expected: string;
  /** What was probably meant. */
  readonly suggestion?: string;
}

/** Stands for a value that is secret, or may be. */
export const hidden = "something else";

/** Collects what is not right, so that somebody hears of everything at once. */
export class Problems {
  readonly all: Problem[] = [];

  add(path: Path, value: unknown, expected: string): void {
    this.all.push({ path, value, expected });
  }

  /** With what was probably meant, when one of the names that would be right is like the one that was given. */
  addWithSuggestion(path: Path, value: unknown, expected: string, right: Iterable<string>): void {
    const suggestion = typeof value === "string" ? suggestionFor(value, right) : undefined;
    if (suggestion === undefined) this.add(path, value, expected);
    else this.all.push({ path, value, suggestion, expected: `${expected}: did you mean ${suggestion}?` });
  }
}

/** `["software", 0, "size"]` → `software[0].size` */
export function inDots(path: Path): string {
  return path
    .map((key, index) => (typeof key === "number" ? `[${key}]` : `${index === 0 ? "" : "."}${printable(key)}`))
    .join("");
}

/** A value as the end of a sentence: "it is …". */
export function inWords(value: unknown): string {
  if (value === undefined) return "missing";
  if (value === "" || value === null) return "empty";
  if (Array.isArray(value)) return value.length === 0 ? "an empty list" : "a list";
  if (typeof value === "string") return isCredential(value) ? hidden : printable(value);
  // What is in it may be secret, and is never what is wrong: that has a path of its own.
  if (typeof value === "object") return "an object";
  return typeof value === "number" || typeof value === "boolean" ? String(value) : typeof value;
}

/** A private key, or a token of DigitalOcean's, wherever somebody put it by mistake. */
function isCredential(text: string): boolean {
  return /-----BEGIN|\bdo[opr]_v1_/.test(text);
}

const longestShown = 80;

function printable(text: string): string {
  const short = text.length <= longestShown ? text : `${text.slice(0, longestShown)}…`;
  return /[\p{Cc}\p{Cf}\p{Cs}\u2028\u2029]/u.test(short) ? JSON.stringify(short) : short;
}

/**
 * The name that was probably meant: one that differs in case only, or else the nearest, when no more than a third of it
 * differs.
 */
export function suggestionFor(given: string, right: Iterable<string>): string | undefined {
  const names = [...right];
  // Nothing that long is a slip, and comparing takes time.
  if (given === "" || given.length > longestShown || names.length === 0) return undefined;
  const lower = given.toLowerCase();
  const same = names.find((name) => name.toLowerCase() === lower);
  if (same !== undefined) return same;
  const nearest = closest(lower, names);
  return distance(lower, nearest) * 3 <= Math.max(lower.length, 3) ? nearest : undefined;
}
