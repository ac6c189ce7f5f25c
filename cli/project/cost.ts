import { billablesOf, type Estimate, estimateOf, UnknownPrice } from "../../driver/estimate";
import type { Offers, ProjectRequest } from "../../driver/request";

/**
 * What a request costs by prices that are known already.
 * @throws UnknownPrice
 */
export function costOf(request: ProjectRequest, offers: Offers): Estimate {
  return estimateOf(billablesOf(request), offers);
}

/** The same for a plan, which is one whatever it costs: AWS has more regions and sizes than there are prices here. */
export function costIfKnown(request: ProjectRequest, offers: Offers): Estimate | UnknownPrice {
  try {
    return costOf(request, offers);
  } catch (error) {
    if (error instanceof UnknownPrice) return error;
    throw error;
  }
}

/** For a plan: one line, and from when the prices are. */
export function costLine(cost: Estimate | UnknownPrice): string {
  if (cost instanceof UnknownPrice) return `What it costs is not known here. ${cost.message}`;
  const { monthly, hourly, lines, prices } = cost;
  const parts = lines.filter(({ monthly: own }) => own > 0).map(({ name, monthly: own }) => `${name} ${dollars(own)}`);
  const from = prices.live ? "DigitalOcean's prices of today" : `the price list of ${prices.date}`;
  return `Costs ${dollars(monthly)} a month (${parts.join(", ")}), ${dollars(hourly, 4)} an hour, by ${from}.`;
}

/** Every line, what the prices are and what they leave out. */
export function estimateLines({ lines, monthly, hourly, prices, otherPrices, notIncluded, notes }: Estimate): string[] {
  const rows = lines.map(({ name, what, monthly: own }) => [name, what, dollars(own)] as const);
  const width = (column: 0 | 1 | 2): number => Math.max(...rows.map((row) => row[column].length), 0);
  return [
    ...rows.map(
      ([name, what, price]) => `${name.padEnd(width(0))}  ${what.padEnd(width(1))}  ${price.padStart(width(2))}`,
    ),
    "",
    `Together ${dollars(monthly)} a month, or ${dollars(hourly, 4)} an hour (US dollars).`,
    `Prices of sizes: ${prices.source}, ${prices.date}. Others: ${otherPrices.source}, ${otherPrices.date}.`,
    ...notes,
    `Not included: ${notIncluded.join("; ")}.`,
  ];
}

function dollars(amount: number, places = 2): string {
  return `$${amount.toFixed(places)}`;
}
