import { randomBytes } from "node:crypto";

import fc from "fast-check";

import { keyLength, seal, SealBroken, unseal } from "../../../oauth/vault/envelope";

const key = randomBytes(keyLength);
const place = ["data key", "tenant", "id", 1] as const;

describe("sealed text", () => {
  test("opens with its key and its place", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (plain) => {
        expect(unseal(key, seal(key, plain, place), place)).toEqual(Buffer.from(plain));
      }),
    );
  });

  test("is another each time, and shows nothing of what is in it", () => {
    const plain = Buffer.from("dop_v1_recognisable");
    const texts = Array.from({ length: 20 }, () => seal(key, plain, place));
    expect(new Set(texts.map((text) => text.toString("hex"))).size).toBe(20);
    for (const text of texts) expect(text.includes("recognisable")).toBe(false);
  });

  test("does not open when any bit of it is another", () => {
    const sealed = seal(key, Buffer.from("secret"), place);
    for (let bit = 0; bit < sealed.length * 8; bit++) {
      const changed = Buffer.from(sealed);
      changed[bit >> 3]! ^= 1 << (bit & 7);
      expect(() => unseal(key, changed, place)).toThrow(SealBroken);
    }
  });

  test("does not open when it is shorter or longer", () => {
    const sealed = seal(key, Buffer.from("secret"), place);
    for (let length = 0; length < sealed.length; length++)
      expect(() => unseal(key, sealed.subarray(0, length), place)).toThrow(SealBroken);
    expect(() => unseal(key, Buffer.concat([sealed, Buffer.of(0)]), place)).toThrow(SealBroken);
  });

  test.each([
    ["another tenant", ["data key", "other", "id", 1]],
    ["another id", ["data key", "tenant", "other", 1]],
    ["another key version", ["data key", "tenant", "id", 2]],
    ["another purpose", ["credentials", "tenant", "id", 1]],
    ["the same letters, divided otherwise", ["data key", "tenanti", "d", 1]],
    ["a text for a number", ["data key", "tenant", "id", "1"]],
  ])("does not open for %s", (_, other) => {
    const sealed = seal(key, Buffer.from("secret"), place);
    expect(() => unseal(key, sealed, other)).toThrow(SealBroken);
  });

  test("does not open with another key", () => {
    const sealed = seal(key, Buffer.from("secret"), place);
    expect(() => unseal(randomBytes(keyLength), sealed, place)).toThrow(SealBroken);
  });
});
