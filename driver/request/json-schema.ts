import { z } from "zod";

import type { Catalogue } from "../../catalogue/loader";
import type { ParameterDefinition, SoftwareDefinition } from "../../catalogue/schema";
import { isSecret } from "../../programs/check";
import { availableClouds } from "./not-yet";
import { requestLimits } from "./plain";
import { requestSchema } from "./schema";

export type JsonSchema = z.core.JSONSchema.BaseSchema;

/** Where the one in `docs/` is kept, in this repository. */
export const jsonSchemaFile = "docs/project-request.schema.json";

/**
 * The JSON Schema (draft 7, which editors know best) of a request as it is written: for completion and first checks. Every
 * request that is accepted is valid by it; what only the catalogue or the cloud can tell is checked by `parseRequest` alone.
 */
export function requestJsonSchema(catalogue: Catalogue): JsonSchema {
  const schema = z.toJSONSchema(requestSchema, {
    target: "draft-07",
    io: "input",
    override: ({ jsonSchema }) => {
      // Beside its pattern this says less, and other things to other validators (fractions of a second).
      if (jsonSchema.format === "duration") delete jsonSchema.format;
    },
  });
  const { $schema, properties = {}, ...rest } = schema;
  return {
    $schema,
    title: "Project request of Deploy4Me",
    description: "What a project asks for: parseRequest and readRequest make a deployment of it.",
    ...rest,
    properties: Object.fromEntries(
      Object.entries(properties as Properties).map(([name, inner]) => [
        name,
        { ...inner, ...added(name, inner, catalogue) },
      ]),
    ),
    // What only one of the clouds has.
    allOf: [
      {
        if: { properties: { cloud: { const: "digitalocean" } } },
        then: { properties: { owner: false, flowLogs: false } },
      },
    ],
  } as JsonSchema;
}

type Properties = Readonly<Record<string, JsonSchema>>;

/** What the form of a request doesn't say: limits, and what there is to choose from today. */
function added(name: string, schema: JsonSchema, catalogue: Catalogue): JsonSchema {
  switch (name) {
    case "cloud":
      return { enum: [...availableClouds] };
    case "access":
      return { properties: withMost(schema.properties as Properties, ["admins", "keys"]) };
    case "software":
      return { minItems: 1, maxItems: requestLimits.software, items: serverSchema(schema, catalogue) };
    case "backups":
      // Nothing is right here yet, and editors are to say so.
      return { not: {} };
    default:
      return {};
  }
}

function withMost(properties: Properties, lists: readonly string[]): Properties {
  const limited = lists.map((name) => [name, { ...properties[name], maxItems: requestLimits.access }] as const);
  return { ...properties, ...Object.fromEntries(limited) };
}

/** A server, with the parameters of the software that is chosen for it. */
function serverSchema(software: JsonSchema, catalogue: Catalogue): JsonSchema {
  const server = software.items as JsonSchema;
  const names = [...catalogue.keys()];
  const choice = { ...(server.properties?.software as JsonSchema), enum: names };
  return {
    ...server,
    properties: { ...server.properties, software: choice },
    allOf: [...catalogue.values()].map((definition) => ({
      if: { properties: { software: { const: definition.name } }, required: ["software"] },
      then: parametersSchema(definition),
    })),
  };
}

function parametersSchema({ parameters }: SoftwareDefinition): JsonSchema {
  const required = Object.entries(parameters).flatMap(([name, one]) => (one.required === true ? [name] : []));
  const properties = Object.fromEntries(Object.entries(parameters).map(([name, one]) => [name, parameterSchema(one)]));
  return {
    properties: { parameters: { type: "object", properties, additionalProperties: false, required } },
    ...(required.length === 0 ? {} : { required: ["parameters"] }),
  };
}

function parameterSchema(parameter: ParameterDefinition): JsonSchema {
  const { description, default: value, pattern, expected } = parameter;
  return {
    type: "string",
    description: expected === undefined ? description : `${description} Has to be ${expected}.`,
    maxLength: requestLimits.parameterLength,
    ...(value === undefined ? {} : { default: value }),
    ...(pattern === undefined ? {} : { pattern }),
    ...(isSecret(parameter) ? { writeOnly: true } : {}),
  };
}
