/**
 * Fields of an answer by their path, each with what it has to be.
 *
 * Paths: `droplet.region.slug`; `droplets[].id` for each item of a list; `vpc_uuid?` for a part that may be absent.
 * What leads to a field is there as well: an object, or a list before `[]`.
 *
 * Types: `string`, `integer`, `number`, `boolean`, `object`, `array`; with `|null` where null is right as well; with `!` where a client
 * would go wrong by it, such as take a missing name for an empty one and rename.
 */
export type Fields = Readonly<Record<string, FieldType>>;

type TypeName = "string" | "integer" | "number" | "boolean" | "object" | "array";
export type FieldType = `${TypeName}${"" | "|null"}${"" | "!"}`;

/** Fields of an object, below a name. */
export function inside(name: string, fields: Fields): Fields {
  return Object.fromEntries(Object.entries(fields).map(([path, type]) => [`${name}.${path}`, type]));
}

/** Fields of each item of a list, which has to be there: a client takes a missing one for an empty one. */
export function each(name: string, fields: Fields): Fields {
  return { [name]: "array!", ...inside(`${name}[]`, fields) };
}

/** The same fields, of which none is missed but those named. */
export function only(essential: readonly string[], fields: Fields): Fields {
  const soft = Object.entries(fields).map(([path, type]) => {
    // Without its mark, it is still one of the types.
    return [path, essential.includes(path) ? type : (type.replace("!", "") as FieldType)] as const;
  });
  return Object.fromEntries(soft);
}
