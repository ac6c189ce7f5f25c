import { onFields } from "../json-edit";
import { requestKind } from "../kind";
import { otherwise } from "../options";
import { anyPath, fieldName } from "./field-options";

/**
 * An API version puts the resource into an envelope, as many APIs have one: `{"data": …}`. Clients that don't look for
 * what they need find a droplet without a number.
 */
export const wrapped = requestKind({
  name: "wrapped",
  about: "the answer, or a part of it, is inside of something else",
  example: "wrapped --in data --route 'GET /v2/droplets/*'",
  options: { in: fieldName("the name of what is around it"), path: otherwise(anyPath, "$") },
  effect: ({ in: name, path }) =>
    onFields(path, (parent, key) => {
      parent[key] = { [name]: parent[key] };
    }),
});
