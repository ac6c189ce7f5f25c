import { onFields } from "../json-edit";
import { requestKind } from "../kind";
import { word } from "../options";
import { anyPath } from "./field-options";

/**
 * A field holds another type than it did: numbers that grew too large become text, one address becomes a list. Typed
 * clients fail while they decode, as in github.com/hashicorp/packer/issues/6384: «cannot unmarshal object into Go struct
 * field … of type string».
 */
export const typeChanged = requestKind({
  name: "type-changed",
  about: "a field of the answer has another type",
  example: "type-changed --path '$.droplet.id' --to string --route 'POST /v2/droplets'",
  options: {
    path: anyPath,
    to: word(["string", "number", "boolean", "array", "object", "null"], "what it becomes"),
  },
  effect: ({ path, to }) =>
    onFields(path, (parent, key) => {
      parent[key] = converted[to](parent[key]);
    }),
});

const converted = {
  string: (value: unknown): unknown => (typeof value === "string" ? value : JSON.stringify(value)),
  number: (value: unknown): unknown => (Number.isFinite(Number(value)) ? Number(value) : 0),
  boolean: Boolean,
  array: (value: unknown): unknown => [value],
  object: (value: unknown): unknown => ({ value }),
  null: (): unknown => null,
} satisfies Record<string, (value: unknown) => unknown>;
