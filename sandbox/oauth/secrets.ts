import { createHash, randomBytes, timingSafeEqual } from "node:crypto";

/** What a secret is for, by what DigitalOcean's tokens begin with: personal, OAuth access and OAuth refresh tokens. */
export type TokenPrefix = "dop_v1_" | "doo_v1_" | "dor_v1_";

/** 256 random bits in hexadecimal: as long as DigitalOcean's client ids, client secrets and tokens. */
export function newSecret(prefix: TokenPrefix | "" = ""): string {
  return `${prefix}${randomBytes(32).toString("hex")}`;
}

/** What is kept of a secret. It has 256 bits, so that nothing slower than SHA-256 is needed. */
export function hashOf(secret: string): string {
  return createHash("sha256").update(secret).digest("hex");
}

/** Takes the same time wherever the two differ. */
export function isSecret(given: string, hash: string): boolean {
  return timingSafeEqual(Buffer.from(hashOf(given), "hex"), Buffer.from(hash, "hex"));
}

/** RFC 7636, S256. */
export function isVerifier(verifier: string, challenge: string): boolean {
  const given = createHash("sha256").update(verifier).digest("base64url");
  return isSecret(given, hashOf(challenge));
}

/** A public name that can't be guessed or mistaken for a secret. */
export function newId(): string {
  return randomBytes(8).toString("hex");
}
