import type { Catalogue } from "../catalogue/loader";
import { machinesOf } from "../programs/check";
import { codeOf } from "./cause";
import { type AwsBillable, awsBillables, awsLines, isAwsBillable, notIncludedAtAws } from "./estimate-aws";
import { type DigitalOceanBillable, digitalOceanBillables, digitalOceanLines } from "./estimate-digitalocean";
import { costOf, type EstimateLine, rounded, sum } from "./estimate-lines";
import { digitalOceanPrices, notIncluded } from "./estimate-prices";
import { awsPrices } from "./request/aws-prices";
import { toDeployment } from "./request/deployment";
import { shippedOffers } from "./request/digitalocean-offers";
import { type OfferAnswers, type Offers, offersFrom, UnusableOffers } from "./request/offers";
import type { ProjectRequest } from "./request/schema";
import { offersFor, shippedOffersOf } from "./request/shipped-offers";

export { type EstimateLine, UnknownPrice } from "./estimate-lines";

/** Something in a cloud, as far as it costs anything. */
export type Billable = DigitalOceanBillable | AwsBillable;

/** What a deployment will cost, before there is one. */
export interface Estimate {
  readonly currency: "USD";
  readonly lines: readonly EstimateLine[];
  /** Of all lines: a month, in whole cents, and an hour, to five places. */
  readonly monthly: number;
  readonly hourly: number;
  /** Where the prices are from: those of the sizes, and the others. */
  readonly prices: { readonly source: string; readonly date: string; readonly live: boolean };
  readonly otherPrices: { readonly source: string; readonly date: string };
  readonly notIncluded: readonly string[];
  /** What a reader has to know beside it: that the cloud could not be asked for its prices. */
  readonly notes: readonly string[];
}

export interface EstimateOptions {
  /** Default: the product's own catalogue. */
  readonly catalogue?: Catalogue;
  /**
   * Asks DigitalOcean for its sizes and their prices. Default: nobody is asked, the prices that come with the product count, as
   * they always do for AWS.
   */
  readonly live?: (signal: AbortSignal) => Promise<OfferAnswers>;
  /** How long that may take. Default: 10 s. */
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
}

/**
 * What a request will cost. When the cloud can't be asked, the prices that come with the product count, and a note says so.
 * @throws UnknownPrice
 * @throws the signal's reason when it is aborted
 */
export async function estimate(request: ProjectRequest, options: EstimateOptions = {}): Promise<Estimate> {
  options.signal?.throwIfAborted();
  const { live, ...rest } = options;
  const { offers, notes } = await pricesFor(request.cloud === "digitalocean" && live !== undefined ? options : rest);
  return { ...estimateOf(billablesOf(request, options.catalogue), offers), notes };
}

/** What the cloud will have of a request. A test holds it against what the components really register. */
export function billablesOf(request: ProjectRequest, catalogue?: Catalogue): readonly Billable[] {
  const machines = machinesOf(toDeployment(request, catalogue === undefined ? {} : { catalogue }));
  return request.cloud === "aws" ? awsBillables(request, machines) : digitalOceanBillables(request, machines);
}

/**
 * @param billables of one cloud
 * @param given its offers; with another cloud's, those that came with the product count
 * @throws UnknownPrice
 */
export function estimateOf(billables: readonly Billable[], given: Offers | readonly Offers[] = []): Estimate {
  const cloud = billables.some(isAwsBillable) ? "aws" : "digitalocean";
  const offers = offersFor(cloud, given);
  const lines = billables.flatMap((billable) =>
    isAwsBillable(billable)
      ? awsLines(billable, offers, awsPrices)
      : digitalOceanLines(billable, offers, digitalOceanPrices),
  );
  const { source, live } = offers;
  const others = cloud === "aws" ? awsPrices : digitalOceanPrices;
  const region = billables.find(isAwsBillable)?.region ?? "";
  const ofRegion = awsPrices.regions[region]?.date;
  const date = (offers === shippedOffersOf.aws ? ofRegion : undefined) ?? offers.date;
  return {
    currency: "USD",
    lines,
    monthly: rounded(sum(lines.map(({ monthly }) => monthly)), 2),
    hourly: rounded(sum(lines.map(({ hourly }) => hourly)), 5),
    prices: { source, date, live },
    otherPrices: { source: others.source, date: ofRegion ?? others.date },
    notIncluded: cloud === "aws" ? notIncludedAtAws : notIncluded,
    notes: [],
  };
}

/**
 * What the lines cost from one moment to another, as the cloud bills: by the hours of each calendar month (UTC), each line as it
 * is charged, in whole cents.
 */
export function costBetween({ lines }: Pick<Estimate, "lines">, from: Date, until: Date): number {
  return rounded(sum(monthsBetween(from, until).flatMap((hours) => lines.map((line) => costOf(line, hours)))), 2);
}

/** The hours that lie in each calendar month. */
function monthsBetween(from: Date, until: Date): number[] {
  const found: number[] = [];
  let start = from.getTime();
  while (start < until.getTime()) {
    const at = new Date(start);
    const end = Math.min(Date.UTC(at.getUTCFullYear(), at.getUTCMonth() + 1, 1), until.getTime());
    found.push((end - start) / 3_600_000);
    start = end;
  }
  return found;
}

async function pricesFor({ live, timeoutMs = 10_000, signal }: EstimateOptions): Promise<{
  readonly offers: Offers;
  readonly notes: readonly string[];
}> {
  if (live === undefined) return { offers: shippedOffers, notes: [] };
  const limit = new AbortController();
  const timer = setTimeout(() => {
    limit.abort();
  }, timeoutMs);
  const ended = AbortSignal.any([limit.signal, ...(signal ? [signal] : [])]);
  try {
    const answers = await Promise.race([Promise.resolve().then(() => live(ended)), rejection(ended)]);
    return { offers: offersFrom(answers, new Date()), notes: [] };
  } catch (error) {
    signal?.throwIfAborted();
    const why = limit.signal.aborted ? `it did not answer within ${timeoutMs / 1000} s` : wordsOf(error);
    const note = `The cloud could not be asked for its prices (${why}): these are of ${shippedOffers.date}.`;
    return { offers: shippedOffers, notes: [note] };
  } finally {
    clearTimeout(timer);
  }
}

/** Whoever was asked may not listen to the signal. */
function rejection(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    const end = (): void => {
      reject(new Error("ended"));
    };
    signal.addEventListener("abort", end, { once: true });
  });
}

/** Of somebody else's error the kind alone: its message may hold what was sent. */
function wordsOf(error: unknown): string {
  if (error instanceof UnusableOffers) return `its answer can't be used: ${error.place}`;
  const name = typeof error === "object" && error !== null && "name" in error ? error.name : undefined;
  return [codeOf(error), name].find((word) => typeof word === "string") ?? "unknown error";
}
