import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

import { Ajv, type ValidateFunction } from "ajv";
import addFormats from "ajv-formats";
import ipaddr from "ipaddr.js";

/** Where DigitalOcean's own description of its API is looked for. It is not part of this repository. */
export const descriptionFile =
  process.env.DIGITALOCEAN_OPENAPI ??
  join(__dirname, "..", "..", "..", "..", "shared", "data", "digitalocean-openapi.json");

export const whereToGetIt =
  "DigitalOcean's API is not checked against its own description, because there is no such file at " +
  `${descriptionFile}. It is public: github.com/digitalocean/openapi, bundled into one JSON file ` +
  "(`npx @redocly/cli bundle specification/DigitalOcean-public.v2.yaml -o digitalocean-openapi.json`); " +
  "name it in the variable DIGITALOCEAN_OPENAPI.";

/** An answer to hold against the description. */
export interface Answer {
  readonly method: string;
  /** With its query, as it was asked for. */
  readonly path: string;
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly body: unknown;
}

type Json = Readonly<Record<string, unknown>>;

/** DigitalOcean's description of its API, and whether an answer is as it says. */
export class Contract {
  private readonly ajv = new Ajv({ strict: false, allErrors: true, validateSchema: false, unicodeRegExp: false });
  private readonly compiled = new Map<string, ValidateFunction>();
  private readonly paths: Json;
  /** By their parts. A path without parameters is meant before one with. */
  private readonly templates: readonly { readonly template: string; readonly parts: readonly string[] }[];

  private constructor(private readonly description: Json) {
    addFormats(this.ajv);
    this.ajv.addFormat("cidr", (text) => ipaddr.isValidCIDR(text));
    this.ajv.addSchema(description, "api");
    this.paths = child(description, "paths");
    this.templates = Object.keys(this.paths)
      .map((template) => ({ template, parts: template.split("/") }))
      .sort((a, b) => a.template.split("{").length - b.template.split("{").length);
  }

  /** @returns undefined when the description is not on this machine */
  static load(): Contract | undefined {
    if (!existsSync(descriptionFile)) return undefined;
    return new Contract(object(JSON.parse(readFileSync(descriptionFile, "utf8"))));
  }

  /**
   * Which scopes an operation needs: one of these sets. Those that older tokens have (`api:read`) are left out.
   * @param path with its parameters as `{name}` or `:name`, or with values for them
   * @returns undefined when the operation is not described
   */
  scopesOf(method: string, path: string): string[][] | undefined {
    const template = this.templateOf(path.replaceAll(/\/:\w+/g, "/{}"));
    const operation = template === undefined ? undefined : child(this.paths, template)[method.toLowerCase()];
    if (operation === undefined) return undefined;
    const { security } = object(operation);
    if (!Array.isArray(security)) return [];
    return security.map((one) => {
      const { bearer_auth: scopes } = object(one);
      return Array.isArray(scopes) ? scopes.map(String).filter((scope) => !scope.startsWith("api:")) : [];
    });
  }

  /** Whether the operation is described at all. */
  describes(method: string, path: string): boolean {
    return this.scopesOf(method, path.replace(/\?.*/, "")) !== undefined;
  }

  /** What is not as the description says, in words; nothing when all is well. */
  violations({ method, path, status, headers, body }: Answer): string[] {
    const template = this.templateOf(path.replace(/\?.*/, ""));
    if (template === undefined) return [`${path} is not among the described paths`];
    const operation = child(child(this.paths, template), method.toLowerCase());
    const responses = child(operation, "responses");
    const key = String(status) in responses ? String(status) : "default";
    if (status < 300 && key === "default") return [`${method} ${template} is not described to answer ${status}`];
    const { place, value } = this.follow(`#/paths/${escape(template)}/${method.toLowerCase()}/responses/${key}`);
    return [...this.headerViolations(value, headers), ...this.bodyViolations(place, value, headers, body)].map(
      (violation) => `${method} ${template} → ${status}: ${violation}`,
    );
  }

  private headerViolations(response: Json, headers: Answer["headers"]): string[] {
    const wanted = Object.keys(object(response.headers ?? {})).filter((name) => name.startsWith("ratelimit"));
    return wanted.filter((name) => headers[name] === undefined).map((name) => `the header ${name} is missing`);
  }

  private bodyViolations(place: string, response: Json, headers: Answer["headers"], body: unknown): string[] {
    const content = object(response.content ?? {});
    const given = headers["content-type"];
    const [type = ""] = typeof given === "string" ? given.split(";") : [];
    // Such as a table: only its type is described.
    if (type !== "application/json" && type in content) return typeof body === "string" ? [] : [`there is no ${type}`];
    if (!("application/json" in content)) return body === undefined ? [] : ["there is a body where none belongs"];
    const validate = this.validator(`${place}/content/application~1json/schema`);
    if (validate(body)) return [];
    return (validate.errors ?? []).map(({ instancePath, message = "" }) => `${instancePath || "the body"} ${message}`);
  }

  private validator(place: string): ValidateFunction {
    const known = this.compiled.get(place);
    if (known !== undefined) return known;
    const made = this.ajv.compile({ $ref: `api${place}` });
    this.compiled.set(place, made);
    return made;
  }

  /** Responses are often references to others. */
  private follow(place: string): { place: string; value: Json } {
    const value = place
      .slice(2)
      .split("/")
      .reduce<Json>((inner, key) => child(inner, unescape(key)), this.description);
    const reference = value.$ref;
    return typeof reference === "string" ? this.follow(reference) : { place, value };
  }

  private templateOf(path: string): string | undefined {
    const given = path.split("/");
    return this.templates.find(
      ({ parts }) =>
        parts.length === given.length && parts.every((part, at) => part.startsWith("{") || part === given[at]),
    )?.template;
  }
}

function escape(key: string): string {
  return encodeURIComponent(key.replaceAll("~", "~0").replaceAll("/", "~1"));
}

function unescape(key: string): string {
  return decodeURIComponent(key).replaceAll("~1", "/").replaceAll("~0", "~");
}

function child(parent: Json, key: string): Json {
  return object(parent[key]);
}

function object(value: unknown): Json {
  if (typeof value !== "object" || value === null)
    throw new Error(`expected an object, found ${JSON.stringify(value)}`);
  // A JSON object has string keys.
  return value as Json;
}
