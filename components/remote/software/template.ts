import { quote } from "../shell";

/** How a value is written so that it means itself in its place; `catalogue/schema.ts` says which place each is for. */
const filters: Readonly<Record<string, (value: string) => string>> = {
  php: (value) => value.replaceAll("\\", "\\\\").replaceAll("'", "\\'"),
  sql: (value) => value.replaceAll("\\", "\\\\").replaceAll("'", "''"),
  shell: quote,
  json: (value) => JSON.stringify(value),
};

/**
 * Fills in `{{parameter}}` and `{{parameter|filter}}`.
 * @throws RangeError for a parameter or a filter that does not exist
 * @example fillTemplate("title = '{{title|php}}'", { title: "Bob's" }) // "title = 'Bob\\'s'"
 */
export function fillTemplate(template: string, parameters: Readonly<Record<string, string>>): string {
  return template.replace(
    /\{\{([^}|]*)(?:\|([^}]*))?\}\}/g,
    (placeholder, name: string, filter: string | undefined) => {
      const value = Object.hasOwn(parameters, name) ? parameters[name] : undefined;
      if (value === undefined) throw new RangeError(`${placeholder} names no parameter`);
      if (filter === undefined) return value;
      const escape = Object.hasOwn(filters, filter) ? filters[filter] : undefined;
      if (!escape) throw new RangeError(`${placeholder} names no filter`);
      return escape(value);
    },
  );
}
