import { hidden, type Path, Problems } from "../../programs/check";

/** What a request may be made of at most: far above what anybody needs, and far below what takes time or memory. */
export const requestLimits = {
  /** Bytes of a file. */
  fileBytes: 64 * 1024,
  /** Objects and lists within each other. */
  depth: 8,
  /** Values in all, and keys with them. */
  values: 20_000,
  /** UTF-16 code units of one text. */
  textLength: 8192,
  /** Of a parameter's, because patterns of the catalogue are tried on it. */
  parameterLength: 1024,
  /** Pieces of software. */
  software: 200,
  /** Address ranges, and keys. */
  access: 200,
  /** Problems that are told at once. */
  problems: 100,
} as const;

/**
 * A copy of a value that is sure to be plain data: no accessors, no classes, no cycles, nothing inherited, nothing that JSON
 * has no word for. Keys that are undefined are left out.
 * @returns the copy, and what was no plain data
 */
export function copyPlain(value: unknown): { readonly copy: unknown; readonly problems: Problems } {
  const problems = new Problems();
  try {
    return { copy: new PlainCopy(problems).of(value, []), problems };
  } catch (error) {
    const expected = error instanceof TooMuch ? error.message : "has to be plain data, as JSON has it";
    const found = new Problems();
    found.add([], hidden, expected);
    return { copy: undefined, problems: found };
  }
}

class TooMuch extends Error {
  override readonly name = "TooMuch";
}

class PlainCopy {
  private values = 0;

  constructor(private readonly problems: Problems) {}

  of(value: unknown, path: Path): unknown {
    if (++this.values > requestLimits.values) {
      throw new TooMuch(`must not hold more than ${requestLimits.values} values`);
    }
    switch (typeof value) {
      case "string":
        return this.text(value, path);
      case "boolean":
        return value;
      case "number":
        if (!Number.isFinite(value)) this.refuse(path);
        return value;
      case "object":
        if (value === null) return null;
        if (path.length >= requestLimits.depth) {
          throw new TooMuch(`must not go deeper than ${requestLimits.depth} levels`);
        }
        if (Array.isArray(value)) return this.list(value, path);
        if (isPlainObject(value)) return this.object(value, path);
        this.refuse(path);
        return undefined;
      default:
        this.refuse(path);
        return undefined;
    }
  }

  private text(text: string, path: Path): string {
    if (text.length > requestLimits.textLength) {
      this.problems.add(path, hidden, `must not be longer than ${requestLimits.textLength} characters`);
    } else if (/\p{Cs}/u.test(text))
      this.problems.add(path, hidden, "has to be whole characters: there is half a one in it");
    return text;
  }

  private list(list: readonly unknown[], path: Path): unknown[] {
    const { length } = list;
    if (length > requestLimits.values) throw new TooMuch(`must not hold more than ${requestLimits.values} values`);
    return Array.from({ length }, (_, index) => this.of(ownValue(list, String(index)), [...path, index]));
  }

  private object(object: object, path: Path): Record<string, unknown> {
    const copy: Record<string, unknown> = {};
    for (const key of Reflect.ownKeys(object)) {
      if (typeof key === "symbol") this.refuse(path);
      // As an object's own key it can only have been meant to become something else.
      else if (key === "__proto__") this.problems.add([...path, key], key, "is none of the keys here: leave it out");
      else {
        const value = ownValue(object, key);
        if (value !== undefined) copy[key] = this.of(value, [...path, key]);
      }
    }
    return copy;
  }

  private refuse(path: Path): void {
    this.problems.add(path, hidden, "has to be plain data, as JSON has it");
  }
}

/** An accessor is never called: what it answers the second time may be something else. */
function ownValue(object: object, key: string): unknown {
  const descriptor = Object.getOwnPropertyDescriptor(object, key);
  if (descriptor !== undefined && !("value" in descriptor)) throw new TypeError("an accessor is no data");
  return descriptor?.value as unknown;
}

/** Of this realm or another. */
function isPlainObject(value: object): boolean {
  const prototype = Object.getPrototypeOf(value) as object | null;
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}
