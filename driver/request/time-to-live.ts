import { DateTime, Duration } from "luxon";

/** What is there for less is removed before anybody was warned. Milliseconds. */
const shortest = 3_600_000;
/** Longer than anybody plans, and within what dates can say. */
const longestYears = 100;

/**
 * When a deployment's time is over.
 * @param timeToLive an ISO 8601 duration, counted in the calendar of UTC, or the end itself
 * @param start when the deployment was first there
 * @returns undefined when the text is neither, or lies beyond all calendars
 * @example
 * endOf("P1M", new Date("2027-01-31T12:00:00Z")); // 2027-02-28T12:00:00Z
 */
export function endOf(timeToLive: string, start: Date): Date | undefined {
  const end = timeToLive.startsWith("P")
    ? DateTime.fromJSDate(start, { zone: "utc" }).plus(Duration.fromISO(timeToLive))
    : DateTime.fromISO(timeToLive, { setZone: true });
  return end.isValid ? end.toJSDate() : undefined;
}

/** What would be right, when it is not: the end of a sentence. */
export function expectedOfTimeToLive(timeToLive: string, asOf: Date): string | undefined {
  const end = endOf(timeToLive, asOf)?.getTime();
  const isDuration = timeToLive.startsWith("P");
  const latest = DateTime.fromJSDate(asOf, { zone: "utc" }).plus({ years: longestYears }).toMillis();
  if (end === undefined || end > latest) return `has to be over within ${longestYears} years: leave it out for good`;
  if (end - asOf.getTime() >= shortest) return undefined;
  return isDuration ? "has to be an hour at least" : "has to end an hour from now at the earliest";
}
