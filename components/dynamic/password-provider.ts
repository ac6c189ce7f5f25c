import { randomInt } from "node:crypto";

import { diffOf, type Provider, unknownValue, writeOnce } from "./provider";

interface PasswordInputs {
  readonly length: number;
}

interface PasswordState extends PasswordInputs {
  readonly value: string;
}

const alphabet = "abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789";

export const provider: Provider<PasswordInputs, PasswordState> = {
  ...writeOnce,
  check: (_olds, news) => Promise.resolve({ inputs: news, failures: failuresOf(news) }),
  diff: (_id, state, news) => Promise.resolve(diffOf<PasswordInputs>(state, news, ["length"], ["length"])),
  create: ({ length }) => Promise.resolve({ id: "password", outs: { length, value: password(length) } }),
  update: () => Promise.reject(new Error("a password is never changed in place")),
};

function failuresOf({ length }: PasswordInputs): { property: string; reason: string }[] {
  const fits = Number.isInteger(length) && length >= 16 && length <= 128;
  if (fits || (length as unknown) === unknownValue) return [];
  return [{ property: "length", reason: `length has to be between 16 and 128 (it is ${length}).` }];
}

/** A password in which lower case, upper case and digits all occur: what most software asks of one. */
export function password(length: number): string {
  for (;;) {
    const text = Array.from({ length }, () => alphabet.charAt(randomInt(alphabet.length))).join("");
    if (/[a-z]/.test(text) && /[A-Z]/.test(text) && /[0-9]/.test(text)) return text;
  }
}
