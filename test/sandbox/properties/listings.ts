import { isDeepStrictEqual } from "node:util";

import type { TestApi } from "../digitalocean/api";
import { type Collection, collections } from "./collections";
import type { Ledger } from "./ledger";

type Item = Readonly<Record<string, unknown>>;

/** Whether listings, counts, single resources and earlier answers agree. @returns what does not, in words */
export async function listings(api: TestApi, ledger: Ledger): Promise<string[]> {
  const broken: string[] = [];
  for (const collection of collections) {
    const there = collection.there(api.cloud.state);
    const items = await all(api, collection.path, collection.list, broken, half(there.length));
    const listed = items.map((item) => String(item[collection.id]));
    if (!isDeepStrictEqual([...listed].sort(), [...there].sort()))
      broken.push(`${collection.path} lists ${listed.join(", ")} instead of ${there.join(", ")}`);
    broken.push(...ledger.broken(api.cloud.state, collection.path, listed), ...(await single(api, collection, items)));
  }
  for (const path of ledger.recordPaths()) {
    const listed = await all(api, path, "domain_records", broken);
    broken.push(
      ...ledger.broken(
        api.cloud.state,
        path,
        listed.map(({ id }) => String(id)),
      ),
    );
  }
  return [...broken, ...(await counts(api)), ...(await unlocked(api))];
}

/** So that there are two pages. */
function half(count: number): number {
  return Math.max(1, Math.ceil(count / 2));
}

/** Every page of a listing, followed as a client follows it; each says the same total. */
export async function all(api: TestApi, path: string, name: string, broken: string[], pageSize = 3): Promise<Item[]> {
  const items: Item[] = [];
  const totals = new Set<number>();
  const first = `${path}${path.includes("?") ? "&" : "?"}per_page=${pageSize}`;
  for (let next: string | undefined = first; next !== undefined;) {
    const answer = await api.get(next);
    if (answer.status !== 200) {
      broken.push(`${next} was answered with ${answer.status}`);
      break;
    }
    items.push(...(answer.list(name) as Item[]));
    totals.add(answer.number("meta", "total"));
    const { pages } = answer.at("links") as { pages?: { next?: string } };
    const url = pages?.next === undefined ? undefined : new URL(pages.next);
    next = url === undefined ? undefined : `${url.pathname}${url.search}`;
  }
  if (totals.size !== 1 || !totals.has(items.length))
    broken.push(`${path} says there are ${[...totals].join(", ")} and lists ${items.length}`);
  return items;
}

/** A resource by itself is as in the list. */
async function single(api: TestApi, { path, one, id }: Collection, items: readonly Item[]): Promise<string[]> {
  const broken: string[] = [];
  for (const item of items.slice(-1)) {
    const own = `${path}/${encodeURIComponent(String(item[id]))}`;
    const answer = await api.get(own);
    if (!isDeepStrictEqual(answer.at(one), item))
      broken.push(`${own} is ${JSON.stringify(answer.body)}, and in the list ${JSON.stringify(item)}`);
  }
  return broken;
}

/** A tag counts those that are found by it. */
async function counts(api: TestApi): Promise<string[]> {
  const broken: string[] = [];
  for (const tag of (await api.get("/v2/tags?per_page=200")).list("tags") as Item[]) {
    const { resources } = tag as { resources: { droplets: { count: number } } };
    const found = await all(api, `/v2/droplets?tag_name=${encodeURIComponent(String(tag.name))}`, "droplets", broken);
    if (found.length !== resources.droplets.count)
      broken.push(`the tag ${String(tag.name)} counts ${resources.droplets.count} droplets, ${found.length} have it`);
  }
  return broken;
}

async function unlocked(api: TestApi): Promise<string[]> {
  const droplets = (await api.get("/v2/droplets?per_page=200")).list("droplets") as Item[];
  return droplets.filter(({ locked }) => locked === true).map(({ id }) => `droplet ${String(id)} is still locked`);
}
