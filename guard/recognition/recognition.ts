import { actions } from "./actions";
import { creations } from "./creations";
import { furtherCreations } from "./further-creations";
import { repeatable } from "./repeatable";
import { type Parameters, parametersOf } from "./routes";
import type { Creation, Rule } from "./rule";

export const allCreations: readonly Creation[] = [...creations, ...actions, ...furtherCreations];

export interface Recognised {
  readonly rule: Rule;
  readonly parameters: Parameters;
}

/** What is known of a write. PUT and PATCH say how something is to be, and are repeatable; DELETE has its own way and is not asked for here. */
export function recognise(method: string, path: string): Recognised {
  if (method !== "POST") return { rule: { kind: "repeatable" }, parameters: {} };
  for (const rule of allCreations) {
    const parameters = parametersOf(rule.route, path);
    if (parameters !== undefined) return { rule, parameters };
  }
  const set = repeatable.find(({ route }) => parametersOf(route, path) !== undefined);
  if (set === undefined) return { rule: { kind: "unrecognised" }, parameters: {} };
  const { envelope } = set;
  return { rule: { kind: "repeatable", ...(envelope === undefined ? {} : { envelope }) }, parameters: {} };
}
