import { z } from "zod";

import { hidden, type Path, type Problem, Problems } from "../components/problem";

type Issue = z.core.$ZodIssue;

/**
 * What of a value's form is not as a schema has it, in the words of its reader: every key that is wrong, missing or unknown
 * by its path.
 * @param value plain data, as JSON has it
 */
export function findFormProblems(schema: z.ZodType, value: unknown): readonly Problem[] {
  const result = schema.safeParse(value);
  if (result.success) return [];
  const problems = new Problems();
  for (const issue of result.error.issues) addIssue(problems, issue, schema, value);
  return problems.all;
}

function addIssue(problems: Problems, issue: Issue, root: z.ZodType, value: unknown): void {
  const path = issue.path.map((key) => (typeof key === "symbol" ? String(key) : key));
  const found = valueAt(value, path);
  const shown = mayBeSecret(path) && found !== undefined ? hidden : found;
  const schema = schemaAt(root, path, value);
  switch (issue.code) {
    case "unrecognized_keys": {
      const held = schema && open(schema, found);
      const known = held instanceof z.ZodObject ? Object.keys(held.shape) : [];
      // Of what is unknown the value is not shown: it may be a secret.
      for (const key of issue.keys) {
        problems.addWithSuggestion([...path, key], key, `is none of the keys here: ${known.join(", ")}`, known);
      }
      return;
    }
    case "invalid_value": {
      const right = issue.values.map(String);
      problems.addWithSuggestion(path, shown, `has to be one of ${right.join(", ")}`, right);
      return;
    }
    case "invalid_union": {
      const right = discriminators(root, path, value);
      if (right.length === 0) problems.add(path, shown, ownWords(issue, "is not right"));
      else problems.addWithSuggestion(path, shown, `has to be one of ${right.join(", ")}`, right);
      return;
    }
    case "invalid_type":
      problems.add(path, shown, found === undefined ? asked(schema) : typed(issue.expected, found));
      return;
    default:
      problems.add(path, shown, ownWords(issue, `is not right: ${issue.message}`));
  }
}

/** A schema's own error is the end of a sentence, as everywhere here. */
function ownWords({ message }: Issue, otherwise: string): string {
  return message.startsWith("has to ") ? message : otherwise;
}

function asked(schema: z.ZodType | undefined): string {
  const description = descriptionOf(schema);
  return `has to be given${description === undefined ? "" : `: ${description.replace(/\.$/, "")}`}`;
}

const types: Readonly<Record<string, string>> = {
  string: "text",
  array: "a list",
  object: "an object: keys with their values",
  record: "an object: keys with their values",
  boolean: "true or false",
};

function typed(expected: string, found: unknown): string {
  const inQuotes = expected === "string" && (typeof found === "number" || typeof found === "boolean");
  return `has to be ${types[expected] ?? expected}${inQuotes ? ", in quotes" : ""}`;
}

/** What people are given to type secrets into. */
const secretPlaces: readonly (string | number)[] = ["parameters", "adminKeys", "keys"];

function mayBeSecret(path: Path): boolean {
  return path.some((key) => secretPlaces.includes(key));
}

export function valueAt(value: unknown, path: Path): unknown {
  return path.reduce<unknown>((inner, key) => childOf(inner, key), value);
}

function childOf(value: unknown, key: PropertyKey): unknown {
  if (typeof value !== "object" || value === null || !Object.hasOwn(value, key)) return undefined;
  return (value as Record<PropertyKey, unknown>)[key];
}

/** @returns undefined where the schema knows nothing */
function schemaAt(root: z.ZodType, path: Path, value: unknown): z.ZodType | undefined {
  let schema: z.ZodType | undefined = root;
  let here = value;
  for (const key of path) {
    const outer: z.ZodType | undefined = schema && open(schema, here);
    schema = childSchema(outer, key);
    here = childOf(here, key);
  }
  return schema;
}

function childSchema(outer: z.ZodType | undefined, key: string | number): z.ZodType | undefined {
  if (outer instanceof z.ZodObject && Object.hasOwn(outer.shape, key)) return outer.shape[key] as z.ZodType;
  return outer instanceof z.ZodArray ? (outer.element as z.ZodType) : undefined;
}

/** What a value is really held against: without what makes it optional, and of alternatives the one it names. */
function open(schema: z.ZodType, value: unknown): z.ZodType | undefined {
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodDefault)
    return open(schema.unwrap() as z.ZodType, value);
  if (!(schema instanceof z.ZodDiscriminatedUnion)) return schema;
  const { discriminator } = schema.def;
  return alternatives(schema).find(
    (one) => (one.shape[discriminator] as z.ZodType).safeParse(childOf(value, discriminator)).success,
  );
}

function alternatives(schema: z.ZodDiscriminatedUnion): readonly z.ZodObject[] {
  return schema.options.filter((one) => one instanceof z.ZodObject);
}

/** What the key at the end of a path may be, when it is what tells alternatives apart. */
function discriminators(root: z.ZodType, path: Path, value: unknown): string[] {
  let union = schemaAt(root, path.slice(0, -1), value);
  while (union instanceof z.ZodOptional || union instanceof z.ZodDefault) union = union.unwrap() as z.ZodType;
  if (!(union instanceof z.ZodDiscriminatedUnion)) return [];
  const { discriminator } = union.def;
  return alternatives(union).flatMap((one) => {
    const key = one.shape[discriminator] as z.ZodType;
    return key instanceof z.ZodLiteral ? [...key.values].map(String) : [];
  });
}

function descriptionOf(schema: z.ZodType | undefined): string | undefined {
  const own = schema?.meta()?.description;
  if (own !== undefined) return own;
  return schema instanceof z.ZodOptional || schema instanceof z.ZodDefault
    ? descriptionOf(schema.unwrap() as z.ZodType)
    : undefined;
}
