import type { AccessToken } from "../../connections/credentials";
import { Asker, type Reply } from "../../connections/digitalocean/ask";
import { codeOf } from "../../driver/cause";
import { type OfferAnswers, type Offers, offersFrom, shippedOffers, UnusableOffers } from "../../driver/request";
import type { OpenConnection } from "../connection";
import type { Report } from "./report";

/** For the lists of sizes and regions together, in milliseconds. */
const usualPatience = 10_000;
/** DigitalOcean's largest (API v2, «Links & Pagination»). */
const perPage = 200;
/** There are two hundred sizes or so. */
const mostPages = 10;

/**
 * What DigitalOcean offers this account, or else what came with the product: then it is said why.
 * @param report is told why
 * @param timeoutMs for both lists together. Default: 10 s
 */
export async function offersOf(
  { apiUrl, tokens }: Pick<OpenConnection, "apiUrl" | "tokens">,
  report: Pick<Report, "warn">,
  signal: AbortSignal,
  timeoutMs = usualPatience,
): Promise<Offers> {
  try {
    const token = await tokens.current(AbortSignal.any([AbortSignal.timeout(timeoutMs), signal]));
    return offersFrom(await askFor(apiUrl, token, timeoutMs), new Date());
  } catch (error) {
    signal.throwIfAborted();
    report.warn(
      `DigitalOcean could not be asked for its sizes and regions (${whyOf(error)}): the list of ${shippedOffers.date} that ` +
        "came with the product counts.",
    );
    return shippedOffers;
  }
}

/** Both lists, whole. */
async function askFor(apiUrl: URL, token: AccessToken, timeoutMs: number): Promise<OfferAnswers> {
  const asker = new Asker({ token: token.value, timeoutMs });
  try {
    const [sizes, regions] = await Promise.all([
      listed(asker, apiUrl, "sizes", timeoutMs),
      listed(asker, apiUrl, "regions", timeoutMs),
    ]);
    return { sizes, regions };
  } finally {
    asker.close();
  }
}

class NoList extends Error {
  override readonly name = "NoList";
}

async function listed(
  asker: Asker,
  apiUrl: URL,
  name: "sizes" | "regions",
  timeoutMs: number,
): Promise<Record<string, unknown>> {
  const all: unknown[] = [];
  for (let page = 1; page <= mostPages; page++) {
    const url = new URL(apiUrl);
    url.pathname = `${url.pathname.replace(/\/$/, "")}/v2/${name}`;
    url.search = new URLSearchParams({ per_page: String(perPage), page: String(page) }).toString();
    const { part, total } = partOf(await asker.get(url), name, timeoutMs);
    all.push(...part);
    if (part.length === 0 || all.length >= total) return { [name]: all };
  }
  throw new NoList("its list has no end");
}

function partOf(
  reply: Reply,
  name: string,
  timeoutMs: number,
): { readonly part: readonly unknown[]; readonly total: number } {
  if (reply.kind === "failure") {
    const late = reply.failure.kind === "timeout";
    throw new NoList(late ? `it did not answer within ${timeoutMs / 1000} s` : `no answer: ${reply.failure.code}`);
  }
  const { status, answer } = reply;
  if (answer.kind !== "json") throw new NoList(`what answered was no list, with status ${status}`);
  if (status !== 200) throw new NoList(`it answered with ${status}`);
  const value = answer.value as Readonly<Record<string, unknown>>;
  const part = value[name];
  const { meta } = value;
  const total: unknown = typeof meta === "object" && meta !== null && "total" in meta ? meta.total : undefined;
  if (!Array.isArray(part)) throw new UnusableOffers(name);
  return { part, total: typeof total === "number" ? total : part.length };
}

/** Of somebody else's error the name alone: its message may hold anything. */
function whyOf(error: unknown): string {
  if (error instanceof NoList) return error.message;
  if (error instanceof UnusableOffers) return `its answer can't be used: ${error.place}`;
  const name = typeof error === "object" && error !== null && "name" in error ? error.name : undefined;
  return [codeOf(error), name].find((word) => typeof word === "string") ?? "unknown error";
}
