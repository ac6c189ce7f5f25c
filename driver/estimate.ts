import type { Catalogue } from "../catalogue/loader";
import { machinesOf } from "../programs/check";
import { codeOf } from "./cause";
import { DriverError } from "./errors";
import { type BackupPlan, digitalOceanPrices, notIncluded, type OtherPrices } from "./estimate-prices";
import { toDeployment } from "./request/deployment";
import { shippedOffers } from "./request/digitalocean-offers";
import { type OfferAnswers, type Offers, offersFrom, UnusableOffers } from "./request/offers";
import type { ProjectRequest } from "./request/schema";

/** Something in the cloud, as far as it costs anything. */
export type Billable =
  | { readonly kind: "droplet"; readonly name: string; readonly size: string; readonly backups?: BackupPlan }
  | { readonly kind: "reserved-ip"; readonly name: string; readonly assigned: boolean }
  | { readonly kind: "volume" | "snapshot"; readonly name: string; readonly sizeGb: number }
  | { readonly kind: "free"; readonly name: string; readonly what: string };

export interface EstimateLine {
  /** Of the deployment's part, such as `bastion` or `wiki`. */
  readonly name: string;
  readonly what: string;
  /** US dollars for a whole month, in whole cents. */
  readonly monthly: number;
  /** US dollars for an hour, not rounded. */
  readonly hourly: number;
  /** Whether the cloud charges a cent at least, however short it is there. */
  readonly least?: number;
}

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

/** A size has no price. */
export class UnknownPrice extends DriverError {
  override readonly name = "UnknownPrice";
  readonly code = "UNKNOWN_PRICE";

  constructor(
    readonly size: string,
    readonly source: string,
  ) {
    super(`There is no price for the size ${size}: ${source} doesn't have it. Choose one that is listed there.`);
  }
}

export interface EstimateOptions {
  /** Default: the product's own catalogue. */
  readonly catalogue?: Catalogue;
  /** Asks the cloud for its sizes and their prices. Default: nobody is asked, the prices that come with the product count. */
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
  const { offers, notes } = await pricesFor(options);
  return { ...estimateOf(billablesOf(request, options.catalogue), offers), notes };
}

/** What the cloud will have of a request. A test holds it against what the components really register. */
export function billablesOf(request: ProjectRequest, catalogue?: Catalogue): readonly Billable[] {
  const machines = machinesOf(toDeployment(request, catalogue === undefined ? {} : { catalogue }));
  return [
    ...machines.map(({ part, size }) => ({ kind: "droplet" as const, name: part, size })),
    { kind: "reserved-ip", name: "bastion", assigned: true },
    { kind: "free", name: "network", what: "private network, its firewalls and tags" },
    { kind: "free", name: "dns", what: `zone of ${request.domain} with ${request.software.length * 2} records` },
    { kind: "free", name: "key", what: "the deployment's SSH key" },
  ];
}

/** @throws UnknownPrice */
export function estimateOf(
  billables: readonly Billable[],
  offers: Offers,
  others: OtherPrices = digitalOceanPrices,
): Estimate {
  const lines = billables.flatMap((billable) => linesOf(billable, offers, others));
  const { source, date, live } = offers;
  return {
    currency: "USD",
    lines,
    monthly: rounded(sum(lines.map(({ monthly }) => monthly)), 2),
    hourly: rounded(sum(lines.map(({ hourly }) => hourly)), 5),
    prices: { source, date, live },
    otherPrices: { source: others.source, date: others.date },
    notIncluded,
    notes: [],
  };
}

function linesOf(billable: Billable, offers: Offers, others: OtherPrices): readonly EstimateLine[] {
  const { name } = billable;
  const byMonth = (what: string, monthly: number): EstimateLine => ({
    name,
    what,
    monthly: rounded(monthly, 2),
    hourly: monthly / others.paidHours,
  });
  switch (billable.kind) {
    case "droplet": {
      const size = offers.sizes.find(({ slug }) => slug === billable.size);
      if (!size) throw new UnknownPrice(billable.size, offers.source);
      const { monthly, hourly } = size;
      const droplet = { name, what: `droplet ${size.slug}`, monthly, hourly, least: others.leastOfDroplet };
      if (billable.backups === undefined) return [droplet];
      const share = others.backupShare[billable.backups];
      return [droplet, byMonth(`${billable.backups} backups (${share * 100}% of the droplet)`, monthly * share)];
    }
    case "reserved-ip":
      return billable.assigned
        ? [byMonth("reserved IP (free while it leads to a droplet)", 0)]
        : [byMonth("reserved IP that leads to no droplet", others.unassignedReservedIp)];
    case "volume":
      return [byMonth(`volume of ${billable.sizeGb} GiB`, billable.sizeGb * others.volumeGb)];
    case "snapshot":
      return [byMonth(`snapshot of ${billable.sizeGb} GiB`, billable.sizeGb * others.snapshotGb)];
    case "free":
      return [byMonth(billable.what, 0)];
  }
}

/**
 * What the lines cost from one moment to another, as the cloud bills: each by the hour, in each calendar month (UTC) no more
 * than its monthly price, in whole cents.
 */
export function costBetween({ lines }: Pick<Estimate, "lines">, from: Date, until: Date): number {
  return rounded(sum(monthsBetween(from, until).flatMap((hours) => lines.map((line) => costOf(line, hours)))), 2);
}

function costOf({ monthly, hourly, least = 0 }: EstimateLine, hours: number): number {
  return rounded(Math.max(least, Math.min(monthly, hourly * hours)), 2);
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

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}

function rounded(amount: number, places: number): number {
  return Math.round(amount * 10 ** places) / 10 ** places;
}
