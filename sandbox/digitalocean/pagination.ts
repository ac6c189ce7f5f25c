import type { FastifyRequest } from "fastify";

const largestPage = 200;
const usualPage = 20;

/** Where the API is, as the client sees it: links lead back to where the request came to. */
export function originOf(request: FastifyRequest): string {
  return `${request.protocol}://${request.host}`;
}

/** One page of a collection under its name, with the links to the others. */
export function page<Item>(
  request: FastifyRequest,
  name: string,
  items: readonly Item[],
  body: (item: Item) => object,
): object {
  const { shown, ...rest } = pageOf(request, items);
  return { [name]: shown.map(body), ...rest };
}

export interface Page<Item> {
  readonly shown: readonly Item[];
  readonly links: object;
  readonly meta: { readonly total: number };
}

/** What a request wants to see of a collection. */
export function pageOf<Item>(request: FastifyRequest, items: readonly Item[]): Page<Item> {
  const url = new URL(request.url, originOf(request));
  const perPage = number(url.searchParams.get("per_page"), usualPage, largestPage);
  const last = Math.max(1, Math.ceil(items.length / perPage));
  const current = number(url.searchParams.get("page"), 1, Number.MAX_SAFE_INTEGER);
  const shown = items.slice((current - 1) * perPage, current * perPage);
  return { shown, links: links(url, current, last), meta: { total: items.length } };
}

function links(url: URL, current: number, last: number): object {
  if (last === 1) return {};
  const to = (target: number): string => {
    const other = new URL(url);
    other.searchParams.set("page", String(target));
    return other.toString();
  };
  return {
    pages: {
      ...(current > 1 ? { first: to(1), prev: to(current - 1) } : {}),
      ...(current < last ? { next: to(current + 1), last: to(last) } : {}),
    },
  };
}

function number(text: string | null, usual: number, largest: number): number {
  const value = Number(text ?? usual);
  return Number.isInteger(value) && value >= 1 ? Math.min(value, largest) : usual;
}
