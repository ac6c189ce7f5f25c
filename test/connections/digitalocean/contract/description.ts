import { readFileSync } from "node:fs";

import { descriptionFile } from "../../../../sandbox/digitalocean/contract";

type Json = Readonly<Record<string, unknown>>;

/** What DigitalOcean's description says of an operation's answer. */
export class Description {
  private constructor(private readonly whole: Json) {}

  static read(): Description {
    return new Description(object(JSON.parse(readFileSync(descriptionFile, "utf8"))));
  }

  /** @returns undefined when the description has no such answer */
  answer(
    operation: string,
    status: number,
  ): { readonly schema: Json; readonly examples: readonly unknown[] } | undefined {
    const [method = "", path = ""] = operation.split(" ");
    const described = this.at(this.whole, "paths", path, method.toLowerCase(), "responses", String(status));
    const content = described && this.at(described, "content", "application/json");
    if (content === undefined) return undefined;
    const single = content.example === undefined ? [] : [content.example];
    const several = Object.keys(object(content.examples ?? {})).map(
      (name) => this.at(content, "examples", name)?.value,
    );
    return { schema: this.resolved(content.schema), examples: [...single, ...several] };
  }

  /** All that a field may be, by its path without marks: types, `null` among them. Empty when there is no such field. */
  types(schema: Json, path: string): Set<string> {
    const steps = path.split(".").flatMap((part) => {
      const lists = part.match(/\[\]/g) ?? [];
      return [part.replaceAll("[]", ""), ...lists];
    });
    let schemas = this.alternatives(schema);
    for (const step of steps) {
      schemas = schemas
        .map((one) => (step === "[]" ? one.items : object(one.properties ?? {})[step]))
        .filter((one) => one !== undefined)
        .flatMap((one) => this.alternatives(this.resolved(one)));
    }
    return new Set(schemas.flatMap((one) => [typeOf(one), ...(one.nullable === true ? ["null"] : [])]));
  }

  /** `allOf` put together, `oneOf` and `anyOf` taken apart. */
  private alternatives(schema: Json): readonly Json[] {
    const { allOf, oneOf, anyOf, ...own } = schema;
    let made: readonly Json[] = [own];
    for (const part of [...list(allOf)]) {
      const parts = this.alternatives(this.resolved(part));
      made = made.flatMap((one) => parts.map((other) => together(one, other)));
    }
    for (const choice of [list(oneOf), list(anyOf)]) {
      if (choice.length === 0) continue;
      const parts = choice.flatMap((one) => this.alternatives(this.resolved(one)));
      made = made.flatMap((one) => parts.map((other) => together(one, other)));
    }
    return made;
  }

  private at(from: Json, ...names: readonly string[]): Json | undefined {
    return names.reduce<Json | undefined>((inner, name) => {
      const next = inner?.[name];
      return next === undefined ? undefined : this.resolved(next);
    }, from);
  }

  private resolved(value: unknown): Json {
    const here = object(value);
    if (typeof here.$ref !== "string") return here;
    const names = here.$ref.slice(2).split("/");
    const target = names.reduce<unknown>(
      (inner, name) => object(inner)[decodeURIComponent(name).replaceAll("~1", "/").replaceAll("~0", "~")],
      this.whole,
    );
    return this.resolved(target);
  }
}

function together(one: Json, other: Json): Json {
  return { ...one, ...other, properties: { ...object(one.properties ?? {}), ...object(other.properties ?? {}) } };
}

function typeOf(schema: Json): string {
  if (typeof schema.type === "string") return schema.type;
  return schema.items === undefined ? "object" : "array";
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function object(value: unknown): Json {
  if (typeof value !== "object" || value === null)
    throw new Error(`expected an object, found ${JSON.stringify(value)}`);
  // A JSON object has string keys.
  return value as Json;
}
