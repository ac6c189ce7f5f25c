import { createHmac, randomInt } from "node:crypto";

/** The seeds there are: what fits into 32 bits. */
export const seeds = 2 ** 32;

export function randomSeed(): number {
  return randomInt(seeds);
}

/**
 * A number in [0, 1) that depends on nothing but the seed and the position in its sequence, so that the third match of a
 * fault fares the same in every run. From HMAC-SHA256, whose output can't be told from uniform.
 */
export function chance(seed: number, position: number): number {
  const digest = createHmac("sha256", String(seed)).update(String(position)).digest();
  return digest.readUIntBE(0, 6) / 2 ** 48;
}
