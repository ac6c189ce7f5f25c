import { isJsonPath } from "../json-path";
import { text } from "../options";

const means = "a JSONPath such as $.droplet.networks.v4, $.droplets[*].id or $..size_slug";

/** Where in the answer, the whole of it included. */
export const anyPath = text("where in the answer, as JSONPath such as $.droplet.id", means, isJsonPath, "path");

/** Where in the answer. The answer itself is no field. */
export const fieldPath = text(
  "which field of the answer, as JSONPath such as $.droplet.size_slug",
  means,
  (path) => isJsonPath(path) && path !== "$",
  "path",
);

export function fieldName(about: string): ReturnType<typeof text> {
  return text(about, "a field's name: letters, digits and _", (name) => /^[A-Za-z]\w*$/.test(name), "name");
}
