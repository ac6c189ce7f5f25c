import { DriverError } from "./errors";

/** One part of what a deployment costs. */
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
  /**
   * How the hours of a calendar month are charged: `capped`, each, but never more than the monthly price; `hours`, each, so that a
   * long month costs more than the monthly price; `month`, the monthly price for any part of it. Default: `capped`.
   */
  readonly charged?: "capped" | "hours" | "month";
}

/** A size has no price. */
export class UnknownPrice extends DriverError {
  override readonly name = "UnknownPrice";
  readonly code = "UNKNOWN_PRICE";

  constructor(
    readonly size: string,
    readonly source: string,
    /** Where prices differ by region. */
    readonly region?: string,
  ) {
    super(
      `There is no price for the size ${size}${region === undefined ? "" : ` in ${region}`}: ${source} doesn't have it. ` +
        "Choose one that is listed there.",
    );
  }
}

/** What the lines cost in one calendar month in which they are there for so many hours, in whole cents each. */
export function costOf({ monthly, hourly, least = 0, charged = "capped" }: EstimateLine, hours: number): number {
  if (charged === "month") return hours > 0 ? monthly : 0;
  return rounded(Math.max(least, charged === "capped" ? Math.min(monthly, hourly * hours) : hourly * hours), 2);
}

export function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}

export function rounded(amount: number, places: number): number {
  return Math.round(amount * 10 ** places) / 10 ** places;
}
