import { billablesOf, type Estimate, estimateOf } from "../../driver/estimate";
import type { Offers, ProjectRequest } from "../../driver/request";

/** What a request costs by prices that are known already. */
export function costOf(request: ProjectRequest, offers: Offers): Estimate {
  return estimateOf(billablesOf(request), offers);
}

/** For a plan: one line, and from when the prices are. */
export function costLine({ monthly, hourly, lines, prices }: Estimate): string {
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
