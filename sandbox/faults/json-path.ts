import { compile, JSONPathError, type JSONValue } from "json-p3";

/** A step to a value: a field's name, or a position in a list. */
export type Key = string | number;

/** Whether a text is JSONPath as RFC 9535 defines it. */
export function isJsonPath(text: string): boolean {
  try {
    compile(text);
    return true;
  } catch (error) {
    if (error instanceof JSONPathError) return false;
    throw error;
  }
}

/**
 * Where in a document the path leads: the steps to each place, in the document's order.
 * @param document as JSON.parse gives it
 */
export function locate(document: unknown, path: string): Key[][] {
  // What JSON.parse gives is JSON.
  return compile(path)
    .query(document as JSONValue)
    .locations();
}
