import type { GuardedAnswer, GuardedRequest, Send } from "../exchange";
import { type Candidate, candidate } from "../recognition/candidates";
import { readListing } from "../recognition/listing";
import { at, MarkMissing } from "../recognition/marks";
import { filledIn, type Parameters } from "../recognition/routes";
import type { Creation } from "../recognition/rule";

/**
 * What the API's answer to a create says was made.
 * @returns undefined when it does not say
 */
export function madeBy(rule: Creation, parameters: Parameters, { status, json }: GuardedAnswer): Candidate | undefined {
  if (status < 200 || status > 299 || json === undefined) return undefined;
  const item = at(json, rule.envelope);
  if (typeof item !== "object" || item === null) return undefined;
  try {
    return candidate(rule, parameters, item);
  } catch (error) {
    if (error instanceof MarkMissing) return undefined;
    throw error;
  }
}

/**
 * The answer that the API would have given, for something that was found.
 * @throws what `send` throws
 */
export async function answerFor(
  rule: Creation,
  { id, item }: Candidate,
  { request, send, upstream }: { readonly request: GuardedRequest; readonly send: Send; readonly upstream: URL },
): Promise<GuardedAnswer> {
  const links = rule.links === undefined ? {} : { links: await linksTo(rule.links, id, { request, send, upstream }) };
  return inJson(rule.status, { [rule.envelope]: item, ...links });
}

/** As the API says that something is not there. */
export function notFound(message: string): GuardedAnswer {
  return inJson(404, { id: "not_found", message });
}

function inJson(status: number, json: object): GuardedAnswer {
  const headers = { "content-type": "application/json; charset=utf-8" };
  return { status, headers, body: Buffer.from(JSON.stringify(json)), json };
}

/** By these, clients wait for the end: godo's `WaitForActive` and doctl's `--wait`. */
async function linksTo(
  { listing, type }: NonNullable<Creation["links"]>,
  id: string,
  { request, send, upstream }: { readonly request: GuardedRequest; readonly send: Send; readonly upstream: URL },
): Promise<object> {
  const path = filledIn(listing, {}, { id });
  const found = await readListing(request, send, { path, name: "actions" });
  const ids = found.filter((action) => at(action, "type") === type).map((action) => at(action, "id"));
  const base = upstream.href.replace(/\/+$/, "");
  const actions = ids
    .filter((one) => typeof one === "number")
    .map((one) => ({ id: one, rel: type, href: `${base}/v2/actions/${one}` }));
  return { actions };
}
