import type { Catalogue } from "../../catalogue/loader";
import type { ParameterDefinition, SoftwareDefinition } from "../../catalogue/schema";
import { isSecret } from "../../programs/check";
import { memoryOf, places, type SizeName, sizeNames } from "../../programs/on-every-cloud";
import { type JsonSchema, requestJsonSchema } from "./json-schema";
import { availableClouds } from "./not-yet";
import type { Offers } from "./offers";
import type { Cloud } from "./schema";
import { offersFor } from "./shipped-offers";

/** What the wizard needs to ask for a request, in the order in which it asks. */
export interface RequestForm {
  readonly sections: readonly FormSection[];
  /** The parameters of each piece of software, by its name in the catalogue. */
  readonly parameters: Readonly<Record<string, readonly FormField[]>>;
}

export interface FormSection {
  readonly title: string;
  readonly fields: readonly FormField[];
}

export interface FormField {
  /** Where the answer goes in the request: `access.admins`, `software[].size`; of a parameter, its name. */
  readonly path: string;
  readonly label: string;
  readonly help: string;
  /** How it is asked for. `texts` are several, `secret` is a text that nobody sees, `switch` is yes or no. */
  readonly kind: "text" | "texts" | "secret" | "switch" | "choice";
  readonly required: boolean;
  /** Whether only those ask for it who know what it is. */
  readonly advanced: boolean;
  readonly choices?: readonly FormChoice[];
  readonly example?: string;
  /** What is taken when nothing is answered. */
  readonly default?: string;
  /** A regular expression that the whole answer matches. */
  readonly pattern?: string;
}

export interface FormChoice {
  readonly value: string;
  readonly label: string;
  readonly help?: string;
  /** Of a size: to leave out those that are too small, and to show what it costs. US dollars. */
  readonly memoryMb?: number;
  readonly monthly?: number;
  /** Of a size: where it can be had, when that is known. */
  readonly regions?: readonly string[];
  /** Of a region or a size: which cloud's it is. Without, it is on every cloud. */
  readonly cloud?: Cloud;
}

/** Which question is asked where. What a request can have beyond it: {@link notAsked}. */
const order: readonly { readonly title: string; readonly paths: readonly string[]; readonly advanced?: true }[] = [
  { title: "Project", paths: ["project", "domain"] },
  { title: "Software", paths: ["software[].software", "software[].name", "software[].subdomain", "software[].size"] },
  { title: "Cloud", paths: ["cloud", "region"] },
  { title: "Access", paths: ["access.admins", "access.keys"] },
  { title: "How long", paths: ["timeToLive", "protect"] },
  {
    title: "Details",
    paths: ["tls.issuer", "tls.email", "networkRange", "bastionSize", "owner", "flowLogs", "access.anywhere"],
    advanced: true,
  },
];

/** What the wizard doesn't ask for by itself: parameters come with the software, and backups are not there yet. */
export const notAsked: readonly string[] = ["software[].parameters", "backups"];

/**
 * The form of a request: labels and help are the schema's, choices the catalogue's and the clouds'.
 * @param offers of one cloud or several. Default, and for every cloud that is not among them: what came with the product
 */
export function requestForm(catalogue: Catalogue, offers: Offers | readonly Offers[] = []): RequestForm {
  const schema = requestJsonSchema(catalogue);
  const choices = choicesOf(catalogue, offers);
  return {
    sections: order.map(({ title, paths, advanced = false }) => ({
      title,
      fields: paths.map((path) => fieldOf(schema, path, { advanced, choices: choices[path] })),
    })),
    parameters: Object.fromEntries([...catalogue].map(([name, definition]) => [name, parameterFields(definition)])),
  };
}

function fieldOf(
  root: JsonSchema,
  path: string,
  { advanced, choices }: { readonly advanced: boolean; readonly choices: readonly FormChoice[] | undefined },
): FormField {
  const { schema, required } = findSchema(root, path);
  const example = [schema.examples].flat(2)[0];
  return {
    path,
    label: String(schema.title),
    help: String(schema.description),
    kind: choices ? "choice" : (kinds[String(schema.type)] ?? "text"),
    required,
    advanced,
    ...(choices ? { choices } : {}),
    ...(typeof example === "string" ? { example } : {}),
    ...(schema.pattern === undefined ? {} : { pattern: schema.pattern }),
  };
}

const kinds: Readonly<Record<string, FormField["kind"]>> = { string: "text", array: "texts", boolean: "switch" };

/** Follows `software[].size` through a schema. Of alternatives, the first that has the key. */
function findSchema(root: JsonSchema, path: string): { readonly schema: JsonSchema; readonly required: boolean } {
  let schema = root;
  let required = true;
  for (const step of path.split(".")) {
    const key = step.replace("[]", "");
    const alternatives = [schema, ...(schema.anyOf ?? schema.oneOf ?? [])];
    const holder = alternatives.find(({ properties }) => properties?.[key] !== undefined);
    if (!holder) throw new TypeError(`a request has no ${path}`);
    required &&= holder.required?.includes(key) ?? false;
    const inner = holder.properties?.[key] as JsonSchema;
    // What tells alternatives apart is called as they are.
    const { title = schema.title, description = schema.description } = inner;
    schema = { ...(step.endsWith("[]") ? (inner.items as JsonSchema) : inner) };
    if (!step.endsWith("[]")) Object.assign(schema, { title, description });
  }
  return { schema, required };
}

function choicesOf(
  catalogue: Catalogue,
  given: Offers | readonly Offers[],
): Readonly<Record<string, readonly FormChoice[]>> {
  const offers = availableClouds.map((cloud) => offersFor(cloud, given));
  const sizes = [
    ...sizeNames.map((value) => ({ value, label: namedSize(value), memoryMb: memoryOf[value] })),
    ...offers.flatMap((one) =>
      one.sizes.filter(({ available }) => available).map((size) => sizeChoice(size, one.cloud)),
    ),
  ];
  return {
    cloud: availableClouds.map((value) => ({ value, label: cloudNames[value] })),
    region: [
      ...Object.entries(places).map(([value, { title }]) => ({ value, label: title })),
      ...offers.flatMap(regionChoices),
    ],
    "software[].software": [...catalogue.values()].map(({ name, title, description, needs }) => ({
      value: name,
      label: title,
      help: description,
      memoryMb: needs.memoryMb,
    })),
    "software[].size": sizes,
    bastionSize: sizes,
    "tls.issuer": [
      { value: "acme", label: "Let's Encrypt" },
      { value: "private-ca", label: "A certificate authority of its own" },
    ],
  };
}

function regionChoices({ cloud, regions }: Offers): readonly FormChoice[] {
  return regions
    .filter(({ available }) => available)
    .map(({ slug, name }) => ({ value: slug, label: name, cloud }))
    .sort((a, b) => a.label.localeCompare(b.label, "en"));
}

/** `Small: 1 GB of memory` */
function namedSize(name: SizeName): string {
  return `${name.charAt(0).toUpperCase()}${name.slice(1)}: ${memoryOf[name] / 1024} GB of memory`;
}

const cloudNames: Readonly<Record<Cloud, string>> = { digitalocean: "DigitalOcean", aws: "AWS" };

function sizeChoice(size: Offers["sizes"][number], cloud: Cloud): FormChoice {
  const { slug, description, memoryMb, vcpus, diskGb, monthly, priceIn, regions } = size;
  const memory = memoryMb < 1024 ? `${memoryMb} MB` : `${memoryMb / 1024} GB`;
  const processors = `${vcpus} ${vcpus === 1 ? "processor" : "processors"}`;
  const price = `$${monthly.toFixed(2)} a month`;
  return {
    value: slug,
    // Where regions differ, a disk has a price of its own.
    label:
      priceIn === undefined
        ? `${memory}, ${processors}, ${diskGb} GB disk: ${price}`
        : `${memory}, ${processors}: from ${price}, without its disk of ${diskGb} GB`,
    help: description,
    memoryMb,
    monthly,
    cloud,
    ...(regions === undefined ? {} : { regions }),
  };
}

function parameterFields({ parameters }: SoftwareDefinition): readonly FormField[] {
  return Object.entries(parameters).map(([name, parameter]) => parameterField(name, parameter));
}

function parameterField(name: string, parameter: ParameterDefinition): FormField {
  const { description, expected, default: value, pattern, required = false, generate } = parameter;
  const sentences = [
    description,
    ...(expected === undefined ? [] : [`Has to be ${expected}.`]),
    ...(generate === undefined ? [] : ["Made up when it is left empty."]),
  ];
  return {
    path: name,
    label: labelOf(name),
    help: sentences.join(" "),
    kind: isSecret(parameter) ? "secret" : "text",
    required,
    advanced: false,
    ...(value === undefined ? {} : { default: value }),
    ...(pattern === undefined ? {} : { pattern }),
  };
}

/** `adminEmail` → `Admin email` */
function labelOf(name: string): string {
  const words = name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
  return `${words.charAt(0).toUpperCase()}${words.slice(1)}`;
}
