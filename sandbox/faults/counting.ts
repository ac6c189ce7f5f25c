import { z } from "zod";

import { chance, randomSeed, seeds } from "./chance";
import { hinted, optional, otherwise, share, wholeNumber } from "./options";

/** Which of its matches a fault strikes. */
export interface Counting {
  /** How many go by first. */
  readonly skip: number;
  /** How many are struck at most. */
  readonly count: number | "unlimited";
  /** Of being struck, for each that is left. Absent: 1. */
  readonly probability?: number | undefined;
  /** There whenever there is a probability. */
  readonly seed?: number | undefined;
}

export const countingOptions = {
  skip: otherwise(wholeNumber(0, 1e9, "let this many matches go by first (default: 0)"), 0),
  probability: optional(share("strike each match with this probability (default: 1)", { whole: true })),
  seed: optional(wholeNumber(0, seeds - 1, "what the probability's luck follows from (default: a random one)")),
};

export function countOption(atFirst: number | "unlimited"): z.ZodDefault<z.ZodType<number | "unlimited">> {
  const message = { error: 'a whole number from 1 on, or "unlimited"' };
  const isCount = (value: unknown): boolean =>
    value === "unlimited" || (Number.isSafeInteger(value) && Number(value) > 0);
  const schema = z.custom<number | "unlimited">(isCount, message);
  return hinted(schema.default(atFirst), {
    value: "number",
    type: "number",
    about: `strike this many matches, or "unlimited" (default: ${atFirst === "unlimited" ? "until it is cleared" : atFirst})`,
  });
}

const schema = z.object({ ...countingOptions, count: countOption("unlimited") });

/** @param definition that was found to be right, defaults included */
export function countingOf(definition: unknown): Counting {
  const { skip, count, probability, seed } = schema.parse(definition);
  if (probability === undefined) return { skip, count, ...(seed === undefined ? {} : { seed }) };
  return { skip, count, probability, seed: seed ?? randomSeed() };
}

/**
 * Whether a match is struck.
 * @param position of the match among all, from 1 on
 * @param struck how many were before
 */
export function isStruck({ skip, count, probability, seed }: Counting, position: number, struck: number): boolean {
  if (position <= skip || (count !== "unlimited" && struck >= count)) return false;
  return probability === undefined || chance(seed ?? 0, position) < probability;
}
