import { z } from "zod";

import type { GuardedAnswer, GuardedRequest, Send } from "../exchange";
import { GuardProblem } from "../problems";
import { at } from "./marks";

/** The most that the API puts on a page (its description: `per_page`). */
const perPage = 200;
/** 20,000 of one kind. What goes on for longer is a listing that leads in circles. */
const mostPages = 100;

const pageLinks = z
  .object({ links: z.object({ pages: z.object({ next: z.string() }).partial() }).partial() })
  .partial();

/**
 * Reads a listing, with the rights of the request for which it is read.
 * @param path with a query or without
 * @param name under which the answer has the items
 * @throws what `send` throws; GuardProblem with API_CHANGED when it is no listing, or LISTING_REFUSED when the API refuses it
 */
export async function readListing(
  request: GuardedRequest,
  send: Send,
  { path, name, onlyFirst = false }: { readonly path: string; readonly name: string; readonly onlyFirst?: boolean },
): Promise<object[]> {
  const items: object[] = [];
  for (let page = 1; page <= mostPages; page++) {
    const { found, more } = await readPage(request, send, pageOf(path, page), name);
    items.push(...found);
    if (onlyFirst || !more || found.length === 0) return items;
  }
  throw new GuardProblem(
    "API_CHANGED",
    `The listing ${path} of DigitalOcean's API does not end: it has more than ${mostPages} pages.`,
  );
}

/**
 * Reads one thing, where that is all there can be.
 * @returns none when the API says that there is none
 * @throws as {@link readListing}
 */
export async function readSingle(request: GuardedRequest, send: Send, path: string, name: string): Promise<object[]> {
  const asked = readFor(request, path);
  const answer = await send(asked);
  if (answer.status === 404 && answer.json !== undefined) return [];
  return [contentOf(asked, answer, name, z.looseObject({}))];
}

/** A read on behalf of a request: without its body, and whether or not its client is still there. */
export function readFor(request: GuardedRequest, target: string): GuardedRequest {
  const [path = "", query] = target.split("?", 2);
  const headers = Object.fromEntries(Object.entries(request.headers).filter(([name]) => name !== "content-type"));
  return {
    ...request,
    method: "GET",
    path,
    query: query === undefined ? "" : `?${query}`,
    headers: { ...headers, accept: "application/json" },
    body: Buffer.alloc(0),
    thorough: true,
  };
}

async function readPage(
  request: GuardedRequest,
  send: Send,
  target: string,
  name: string,
): Promise<{ readonly found: object[]; readonly more: boolean }> {
  const asked = readFor(request, target);
  const answer = await send(asked);
  // Go's servers make «null» of an empty list.
  const found = contentOf(asked, answer, name, z.array(z.looseObject({})).nullable());
  const next = pageLinks.safeParse(answer.json).data?.links?.pages?.next;
  return { found: found ?? [], more: next !== undefined && next !== "" };
}

function contentOf<Content>(
  { path }: GuardedRequest,
  { status, json }: GuardedAnswer,
  name: string,
  schema: z.ZodType<Content>,
): Content {
  if (json === undefined || status !== 200) {
    const said = z.object({ message: z.string() }).safeParse(json).data?.message.slice(0, 200);
    const message = `DigitalOcean's API answered GET ${path} with ${status}${said === undefined ? "" : ` («${said}»)`}.`;
    throw new GuardProblem("LISTING_REFUSED", message, { upstreamStatus: status });
  }
  const content = schema.safeParse(at(json, name));
  if (content.success) return content.data;
  const message = `DigitalOcean's API has changed: the answer to GET ${path} has no «${name}» of the form that it had. Update deploy4me.`;
  throw new GuardProblem("API_CHANGED", message);
}

function pageOf(path: string, page: number): string {
  return `${path}${path.includes("?") ? "&" : "?"}per_page=${perPage}${page === 1 ? "" : `&page=${page}`}`;
}
