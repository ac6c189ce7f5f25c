import { createCipheriv, createDecipheriv, type KeyObject, randomBytes } from "node:crypto";

/** Bytes of a key, data or master: AES-256. */
export const keyLength = 32;

const format = 1;
const nonceLength = 12;
const tagLength = 16;

/** The ciphertext was changed, or is of another key or another place. */
export class SealBroken extends Error {
  override readonly name = "SealBroken";
  readonly code = "SEAL_BROKEN";
}

/**
 * AES-256-GCM: one byte of format, the nonce, the ciphertext, the tag. The nonce is random: a key may seal 2^32 times (NIST SP
 * 800-38D, section 8.3), which a master key that wraps data keys never nears.
 * @param place what the ciphertext belongs to: it opens with the same only
 */
export function seal(key: KeyObject | Uint8Array, plain: Uint8Array, place: readonly (string | number)[]): Buffer {
  const nonce = randomBytes(nonceLength);
  const cipher = createCipheriv("aes-256-gcm", key, nonce, { authTagLength: tagLength });
  cipher.setAAD(associatedData(place));
  return Buffer.concat([Buffer.of(format), nonce, cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
}

/** @throws SealBroken */
export function unseal(key: KeyObject | Uint8Array, sealed: Uint8Array, place: readonly (string | number)[]): Buffer {
  const bytes = Buffer.from(sealed.buffer, sealed.byteOffset, sealed.byteLength);
  if (bytes.length < 1 + nonceLength + tagLength || bytes[0] !== format) throw new SealBroken("it is not sealed text");
  const nonce = bytes.subarray(1, 1 + nonceLength);
  const decipher = createDecipheriv("aes-256-gcm", key, nonce, { authTagLength: tagLength });
  decipher.setAAD(associatedData(place));
  decipher.setAuthTag(bytes.subarray(-tagLength));
  const start = decipher.update(bytes.subarray(1 + nonceLength, -tagLength));
  try {
    return Buffer.concat([start, decipher.final()]);
  } catch {
    throw new SealBroken("the sealed text was changed, or belongs elsewhere");
  }
}

/** As JSON, in which no two different places are written alike. */
function associatedData(place: readonly (string | number)[]): Buffer {
  return Buffer.from(JSON.stringify(["deploy4me vault", ...place]));
}
