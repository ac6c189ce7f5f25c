import { Ajv, type ValidateFunction } from "ajv";
import addFormats from "ajv-formats";

import type { Catalogue } from "../../../catalogue/loader";
import { requestJsonSchema } from "../../../driver/request/json-schema";

/** Somebody else's validator for the JSON Schema of requests. */
export function validator(catalogue: Catalogue): ValidateFunction {
  // Strict but for where a condition names what its surroundings declare.
  const ajv = new Ajv({ strict: true, strictRequired: false, allErrors: true });
  addFormats(ajv);
  return ajv.compile(requestJsonSchema(catalogue));
}
