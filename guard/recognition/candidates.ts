import type { GuardedRequest, Send } from "../exchange";
import { GuardProblem } from "../problems";
import { readListing, readSingle } from "./listing";
import { at, hasMarks, MarkMissing, type Marks } from "./marks";
import { filledIn, type Parameters } from "./routes";
import type { Creation } from "./rule";

/** Something listed that has a request's marks. */
export interface Candidate {
  readonly id: string;
  /** Where it is, decoded: `/v2/droplets/5`. */
  readonly path: string;
  readonly item: object;
}

/**
 * What there is with these marks, in the order of the listing.
 * @param request on whose behalf it is looked
 * @throws what `send` throws; GuardProblem with API_CHANGED or LISTING_REFUSED when nothing can be told from the answer
 */
export async function candidates(
  rule: Creation,
  parameters: Parameters,
  marks: Marks,
  request: GuardedRequest,
  send: Send,
): Promise<Candidate[]> {
  const listing = filledIn(rule.listing, parameters, texts(marks));
  const items =
    rule.single === true
      ? await readSingle(request, send, listing, rule.items)
      : await readListing(request, send, { path: listing, name: rule.items, onlyFirst: rule.newestFirst === true });
  try {
    return items
      .filter((item) => hasMarks(rule, parameters, marks, item))
      .map((item) => candidate(rule, parameters, item));
  } catch (error) {
    if (!(error instanceof MarkMissing)) throw error;
    throw new GuardProblem(
      "API_CHANGED",
      `DigitalOcean's API has changed: in the answer to GET ${listing.replace(/\?.*/s, "")}, an item has no «${error.field}». Update deploy4me.`,
      { cause: error },
    );
  }
}

/** @throws MarkMissing when it has no id */
export function candidate(rule: Creation, parameters: Parameters, item: object): Candidate {
  const id = at(item, rule.id);
  if ((typeof id !== "string" && typeof id !== "number") || id === "") throw new MarkMissing(rule.id);
  return { id: String(id), path: locationOf(rule, parameters, String(id)), item };
}

function locationOf(rule: Creation, parameters: Parameters, id: string): string {
  const template = rule.location ?? `${rule.listing.replace(/\?.*/s, "")}/{id}`;
  return decodeURIComponent(filledIn(template, parameters, { id }));
}

function texts(marks: Marks): Record<string, string> {
  return Object.fromEntries(
    Object.entries(marks).filter((entry): entry is [string, string] => typeof entry[1] === "string"),
  );
}
