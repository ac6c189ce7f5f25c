import { onFields } from "../json-edit";
import { requestKind } from "../kind";
import { fieldPath } from "./field-options";

/** An API version leaves a field out that it deems superfluous: droplets lost their `kernel` that way for most images. */
export const fieldDropped = requestKind({
  name: "field-dropped",
  about: "a field of the answer is not there",
  example: "field-dropped --path '$..networks.v6' --route 'GET /v2/droplets/*'",
  options: { path: fieldPath },
  effect: ({ path }) =>
    onFields(path, (parent, key) => {
      if (Array.isArray(parent)) parent.splice(Number(key), 1);
      else Reflect.deleteProperty(parent, key);
    }),
});
