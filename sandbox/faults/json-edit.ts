import type { Answer, Bare, OnAnswer } from "./effect";
import { type Key, locate } from "./json-path";

/** What is done at one place of a document: `parent[key]` is what is there. */
export type Edit = (parent: Container, key: Key) => void;

export type Container = Record<Key, unknown>;

/** Changes the JSON of every answer that has something at the path. */
export function onFields(path: string, edit: Edit): Bare<OnAnswer> {
  return {
    on: "answer",
    concerns: (_exchange, answer) => {
      const document = jsonOf(answer);
      return document !== undefined && locate(document.root, path).length > 0;
    },
    strike: (_exchange, answer) => {
      const document = jsonOf(answer);
      if (document === undefined) return "pass";
      // The last first: what is changed leads to none of those that are left.
      for (const location of locate(document.root, path).reverse()) editAt(document, ["root", ...location], edit);
      return { ...answer, body: Buffer.from(JSON.stringify(document.root)) };
    },
  };
}

/** Wrapped, so that the document itself has a place too. */
function jsonOf({ headers, body, delivery }: Answer): { root: unknown } | undefined {
  if (delivery !== undefined || !/^application\/(?:[\w.-]+\+)?json\b/.test(headers["content-type"] ?? ""))
    return undefined;
  try {
    return { root: JSON.parse(body.toString()) };
  } catch {
    // Another fault has cut it already.
    return undefined;
  }
}

function editAt(document: Container, location: readonly Key[], edit: Edit): void {
  const key = location.at(-1);
  const parent = location.slice(0, -1).reduce<unknown>((inner, step) => asContainer(inner)?.[step], document);
  const container = asContainer(parent);
  if (container !== undefined && key !== undefined) edit(container, key);
}

function asContainer(value: unknown): Container | undefined {
  // Arrays are read and written by their positions as objects are by their names.
  return typeof value === "object" && value !== null ? (value as Container) : undefined;
}
