import { actionTypes } from "../../digitalocean/operations";
import { enumeration, optional, text } from "../options";

/** Which type of action; absent, any. */
export const actionType = optional(
  text(
    "only actions of this type, such as create or power_off",
    enumeration(actionTypes),
    (value) => actionTypes.includes(value),
    "type",
  ),
);
