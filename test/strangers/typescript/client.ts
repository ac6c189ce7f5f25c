import assert from "node:assert/strict";
import { setTimeout as wait } from "node:timers/promises";

import { createDigitalOceanClient, DigitalOceanApiKeyAuthenticationProvider, type Action } from "@digitalocean/dots";
import { FetchRequestAdapter, HttpClient, MiddlewareFactory, RetryHandler } from "@microsoft/kiota-http-fetchlibrary";

export const region = "fra1";
export const size = "s-1vcpu-1gb";
export const image = "debian-13-x64";
export const tag = "dots";
export const domain = "dots.example";

export type Client = ReturnType<typeof createDigitalOceanClient>;

/** A client without retries: an error is seen as it came. The CA comes from NODE_EXTRA_CA_CERTS. */
export function clientWith(token: string): Client {
  const middlewares = MiddlewareFactory.getDefaultMiddlewares().filter((one) => !(one instanceof RetryHandler));
  const http = new HttpClient(undefined, ...middlewares);
  const credentials = new DigitalOceanApiKeyAuthenticationProvider(token);
  const adapter = new FetchRequestAdapter(credentials, undefined, undefined, http);
  adapter.baseUrl = variable("SANDBOX_TLS_URL");
  return createDigitalOceanClient(adapter);
}

export const api = clientWith(variable("SANDBOX_TOKEN"));

export function variable(name: string): string {
  const value = process.env[name];
  assert.ok(value, `the environment has no ${name}`);
  return value;
}

/** Every property of an answer may be missing, says the client; here none is. */
export function there<Value>(value: Value | null | undefined): Value {
  assert.ok(value !== undefined && value !== null, "something is missing in an answer");
  return value;
}

/** One page of a collection, as far as turning it needs. */
interface Page {
  readonly links?: { readonly pages?: object | null } | null;
  readonly meta?: { readonly total?: number | null } | null;
}

interface Pages<Answer extends Page> {
  get(request?: { queryParameters: { page?: number; perPage?: number } }): Promise<Answer | undefined>;
  withUrl(url: string): Pages<Answer>;
}

/** Every item of a collection: the client asks for what the link of the page before leads to. */
export async function all<Answer extends Page, Item>(
  collection: Pages<Answer>,
  perPage: number,
  items: (answer: Answer) => Item[] | null | undefined,
): Promise<Item[]> {
  const found: Item[] = [];
  let answer = there(await collection.get({ queryParameters: { perPage } }));
  for (;;) {
    const page = there(items(answer));
    assert.ok(page.length <= perPage, `a page of ${perPage} has ${page.length}`);
    found.push(...page);
    const next = nextOf(answer);
    if (next === undefined) break;
    answer = there(await collection.withUrl(next).get());
  }
  assert.equal(there(answer.meta).total, found.length);
  return found;
}

/** The client knows links backwards or forwards, not both: what it does not expect lies beside. */
function nextOf({ links }: Page): string | undefined {
  const pages: { next?: unknown; additionalData?: { next?: unknown } | null } = links?.pages ?? {};
  const next = pages.next ?? pages.additionalData?.next;
  return typeof next === "string" ? next : undefined;
}

/** The client waits for nothing by itself. */
export async function waitFor<Seen>(look: () => Promise<Seen>, isThere: (seen: Seen) => boolean): Promise<Seen> {
  for (const end = Date.now() + 20_000; ; await wait(50)) {
    const seen = await look();
    if (isThere(seen)) return seen;
    assert.ok(Date.now() < end, `it did not come: ${JSON.stringify(seen)}`);
  }
}

/** Waits until an action that an answer speaks of is completed. */
export async function completed(answer: { readonly action?: Pick<Action, "id"> | null } | undefined): Promise<Action> {
  const id = there(there(there(answer).action).id);
  const action = await waitFor(
    async () => there(there(await api.v2.actions.byAction_id(id).get()).action),
    ({ status }) => status !== "in-progress",
  );
  assert.equal(action.status, "completed");
  return action;
}
