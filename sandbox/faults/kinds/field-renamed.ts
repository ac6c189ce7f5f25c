import { onFields } from "../json-edit";
import { requestKind } from "../kind";
import { fieldName, fieldPath } from "./field-options";

/**
 * An API version gives a field another name: `floating_ip` became `reserved_ip` (docs.digitalocean.com, release notes of
 * 2022-06-16), and every client had to follow.
 */
export const fieldRenamed = requestKind({
  name: "field-renamed",
  about: "a field of the answer has another name",
  example: "field-renamed --path '$.droplet.size_slug' --to size --route 'GET /v2/droplets/*'",
  options: { path: fieldPath, to: fieldName("what it is called now") },
  effect: ({ path, to }) =>
    onFields(path, (parent, key) => {
      // An element of a list has no name.
      if (Array.isArray(parent)) return;
      const renamed = Object.entries(parent).map(([name, value]) => [name === key ? to : name, value] as const);
      for (const name of Object.keys(parent)) Reflect.deleteProperty(parent, name);
      Object.assign(parent, Object.fromEntries(renamed));
    }),
});
