import { z } from "zod";

import type { Available } from "../../programs/check";
import type { Cloud } from "../../programs/on-every-cloud";
import { DriverError } from "../errors";

/** What a cloud has to give, and for how much: what regions and sizes of a request are chosen from. */
export interface Offers {
  readonly cloud: Cloud;
  /** Where it is from, in words. */
  readonly source: string;
  /** Of which day it is: `2025-08-20`. */
  readonly date: string;
  /** Whether the cloud itself said so, just now. Otherwise it is what came with the product. */
  readonly live: boolean;
  readonly regions: readonly RegionOffer[];
  readonly sizes: readonly SizeOffer[];
}

export interface RegionOffer {
  readonly slug: string;
  readonly name: string;
  /** Whether it takes new machines. */
  readonly available: boolean;
}

export interface SizeOffer {
  readonly slug: string;
  readonly description: string;
  readonly memoryMb: number;
  readonly vcpus: number;
  readonly diskGb: number;
  /** US dollars: what a whole month costs, and an hour. Where regions differ, in the cheapest. */
  readonly monthly: number;
  readonly hourly: number;
  /** Where regions differ: what it costs in each of which a price is known. */
  readonly priceIn?: Readonly<Record<string, Price>>;
  readonly available: boolean;
  /** Where it can be had; undefined when that is not known. */
  readonly regions?: readonly string[];
}

export interface Price {
  readonly monthly: number;
  readonly hourly: number;
}

/** What a size costs in a region; undefined when that is not known. */
export function priceOf({ priceIn, monthly, hourly }: SizeOffer, region: string): Price | undefined {
  if (priceIn === undefined) return { monthly, hourly };
  return Object.hasOwn(priceIn, region) ? priceIn[region] : undefined;
}

/** The bodies that DigitalOcean answers `GET /v2/sizes` and `GET /v2/regions` with; of all pages, when there are several. */
export interface OfferAnswers {
  readonly sizes: unknown;
  readonly regions: unknown;
}

/** An API's answer is not what its description says. */
export class UnusableOffers extends DriverError {
  override readonly name = "UnusableOffers";
  readonly code = "UNUSABLE_OFFERS";

  constructor(
    /** Where in the answer, such as `sizes[3].price_monthly`. */
    readonly place: string,
  ) {
    super(
      `The cloud's answer is not a list of sizes and regions as its API describes it (${place}). ` +
        "Try again in some minutes; until then the prices that come with the product are used.",
    );
  }
}

const slug = z.string().min(1).max(100);
/** A price that can be none is no price: better no estimate than a wrong one. */
const price = z.number().nonnegative().max(1_000_000);
const count = z.number().nonnegative().max(100_000_000);

const answers = z.object({
  sizes: z.object({
    sizes: z
      .array(
        z.object({
          slug,
          memory: count,
          vcpus: count,
          disk: count,
          price_monthly: price,
          price_hourly: price,
          regions: z.array(slug).max(1000),
          available: z.boolean(),
          description: z.string().max(200).default(""),
        }),
      )
      .min(1)
      .max(5000),
  }),
  regions: z.object({
    regions: z
      .array(z.object({ slug, name: z.string().max(200), available: z.boolean() }))
      .min(1)
      .max(1000),
  }),
});

/**
 * Reads what DigitalOcean's API says of its sizes and regions.
 * @param date when it was asked
 * @throws UnusableOffers when the answers are anything else
 */
export function offersFrom(given: OfferAnswers, date: Date): Offers {
  const result = answers.safeParse(given);
  if (!result.success) throw new UnusableOffers(placeOf(result.error.issues[0]?.path ?? []));
  const { sizes, regions } = result.data;
  return {
    cloud: "digitalocean",
    source: "DigitalOcean's API (GET /v2/sizes, GET /v2/regions)",
    date: date.toISOString().slice(0, 10),
    live: true,
    regions: regions.regions,
    sizes: sizes.sizes.map(({ memory, disk, price_monthly, price_hourly, ...size }) => ({
      ...size,
      memoryMb: memory,
      diskGb: disk,
      monthly: price_monthly,
      hourly: price_hourly,
    })),
  };
}

/** As the components look at it. */
export function availableOf({ regions, sizes }: Offers): Available {
  return { regions, sizes: sizes.map(({ memoryMb, ...size }) => ({ ...size, memory: memoryMb })) };
}

/** `["sizes", "sizes", 3, "slug"]` → `sizes[3].slug` */
function placeOf(path: readonly PropertyKey[]): string {
  const inside = typeof path[1] === "string" ? path.slice(1) : path;
  return inside
    .map((key, at) => (typeof key === "number" ? `[${key}]` : `${at === 0 ? "" : "."}${String(key)}`))
    .join("");
}
