import { z } from "zod";

/** How an option is written on a command line. */
export interface OptionHint {
  /** What stands after it; absent for one that is there or not. */
  readonly value?: string;
  /** A secret stands in a file, never on a command line. */
  readonly type: "number" | "text" | "flag" | "secret";
  readonly about: string;
}

/** What a command line has to know of each option beside its schema. */
export const optionHints = z.registry<OptionHint>();

/** All messages below complete the sentence «… has to be …». */
export function hinted<Schema extends z.ZodType>(schema: Schema, hint: OptionHint): Schema {
  optionHints.add(schema, hint);
  return schema;
}

/** One of a few numbers; the first one when nothing is said. */
export function choice<const Values extends readonly [number, ...number[]]>(
  values: Values,
  about: string,
): z.ZodDefault<z.ZodType<Values[number]>> {
  const [first] = values;
  const schema: z.ZodType<Values[number]> = z.literal(values, { error: enumeration(values.map(String)) });
  return hinted(schema.default(first), {
    value: "code",
    type: "number",
    about: `${about}: ${enumeration(values.map(String))} (default: ${first})`,
  });
}

/** One of a few words. */
export function word<const Values extends readonly [string, ...string[]]>(
  values: Values,
  about: string,
): z.ZodType<Values[number]> {
  return hinted(z.enum(values, { error: enumeration(values) }), {
    value: "word",
    type: "text",
    about: `${about}: ${enumeration(values)}`,
  });
}

export function flag(about: string): z.ZodDefault<z.ZodBoolean> {
  return hinted(z.boolean({ error: "true or false" }).default(false), { type: "flag", about });
}

/** A number of seconds, fractions too. */
export function seconds(about: string, otherwise: number): z.ZodDefault<z.ZodNumber> {
  const message = { error: `seconds, more than 0 and at most ${longest}` };
  return hinted(z.number(message).gt(0, message).max(longest, message).default(otherwise), {
    value: "seconds",
    type: "number",
    about: `${about} (default: ${otherwise})`,
  });
}

/** What a timer can wait for, rounded down to days. */
const longest = 24 * 86_400;

export function wholeNumber(from: number, to: number, about: string): z.ZodNumber {
  const message = { error: `a whole number from ${from} to ${to}` };
  return hinted(z.int(message).min(from, message).max(to, message), { value: "number", type: "number", about });
}

/** A share of the whole: more than 0, and less than 1 unless that is allowed. */
export function share(about: string, { whole }: { readonly whole: boolean }): z.ZodNumber {
  const message = { error: `a number between 0 and 1, such as 0.5` };
  const number = z.number(message).gt(0, message);
  return hinted(whole ? number.max(1, message) : number.lt(1, message), { value: "share", type: "number", about });
}

/** @param means completes «… has to be …» */
export function text(about: string, means: string, is: (value: string) => boolean, value = "text"): z.ZodString {
  const schema = z.string({ error: means }).refine(is, { error: means });
  return hinted(schema, { value, type: "text", about });
}

/** Makes an option one that may be left out, with the same hint. */
export function optional<Schema extends z.ZodType>(schema: Schema): z.ZodOptional<Schema> {
  return passOn(schema, schema.optional());
}

/** Gives an option a value for when it is left out, with the same hint. */
export function otherwise<Schema extends z.ZodType>(
  schema: Schema,
  value: z.core.util.NoUndefined<z.output<Schema>>,
): z.ZodDefault<Schema> {
  return passOn(schema, schema.default(value));
}

function passOn<Schema extends z.ZodType>(from: z.ZodType, to: Schema): Schema {
  const hint = optionHints.get(from);
  return hint === undefined ? to : hinted(to, hint);
}

/** `a`, `a or b`, `a, b or c`. */
export function enumeration(words: readonly string[]): string {
  return words.length < 2 ? words.join("") : `${words.slice(0, -1).join(", ")} or ${words.at(-1) ?? ""}`;
}
