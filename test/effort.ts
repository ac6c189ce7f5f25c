/**
 * How many cases a property draws. PROPERTY_EFFORT is the part of the full number, from 0 to 1; 0.3 unless it is set, so
 * that all suites together stay within minutes.
 */
export function draws(full: number): number {
  const { PROPERTY_EFFORT = "0.3" } = process.env;
  return Math.ceil(full * Number(PROPERTY_EFFORT));
}
