import { readdirSync, readFileSync } from "node:fs";
import { basename, join, resolve } from "node:path";

import { parseDocument } from "yaml";
import type { ZodError } from "zod";

import { InvalidDefinition } from "./errors";
import { builtInParameters, definitionSchema, type SoftwareDefinition } from "./schema";

/** The catalogue: every piece of software that can be deployed, by its name. */
export type Catalogue = ReadonlyMap<string, SoftwareDefinition>;

/**
 * Reads every `*.yaml` of a folder.
 * @param directory the product's own definitions unless said otherwise
 * @throws InvalidDefinition for the first definition that is not right
 * @example
 * const dokuwiki = loadCatalogue().get("dokuwiki");
 */
export function loadCatalogue(directory: string = ownDefinitions()): Catalogue {
  const files = readdirSync(directory)
    .filter((file) => file.endsWith(".yaml"))
    .sort();
  return new Map(
    files.map((file) => {
      const definition = parseDefinition(readFileSync(join(directory, file), "utf8"), file);
      return [definition.name, definition];
    }),
  );
}

/**
 * Checks one definition's text and fills in its defaults.
 * @param file its file name, for the error and because the name inside has to agree
 * @throws InvalidDefinition
 */
export function parseDefinition(text: string, file: string): SoftwareDefinition {
  const document = parseDocument(text, { prettyErrors: true });
  const problem = document.errors[0];
  if (problem) throw new InvalidDefinition(file, "", `is not YAML: ${problem.message.split("\n")[0] ?? ""}`);
  const result = definitionSchema.safeParse(document.toJS());
  if (!result.success) throw fromSchema(result.error, file);
  checkMeaning(result.data, file);
  return result.data;
}

/** What the schema alone can't see: whether the parts of a definition fit each other. */
function checkMeaning(definition: SoftwareDefinition, file: string): void {
  const fail = (path: string, expected: string): never => {
    throw new InvalidDefinition(file, path, expected);
  };
  if (definition.name !== basename(file, ".yaml")) {
    fail("name", `has to be the file's name, ${basename(file, ".yaml")} (it is ${definition.name})`);
  }
  for (const [name, parameter] of Object.entries(definition.parameters)) {
    if ((builtInParameters as readonly string[]).includes(name)) {
      fail(`parameters.${name}`, "is a parameter that every installation has already: choose another name");
    }
    if (parameter.pattern === undefined) continue;
    const pattern = compile(parameter.pattern);
    if (!pattern) fail(`parameters.${name}.pattern`, `has to be a regular expression (it is ${parameter.pattern})`);
    else if (parameter.default !== undefined && !pattern.test(parameter.default)) {
      fail(`parameters.${name}.default`, `has to match the parameter's own pattern ${parameter.pattern}`);
    }
  }
  const known = new Set<string>([...builtInParameters, ...Object.keys(definition.parameters)]);
  definition.files.forEach(({ content }, index) => {
    for (const [placeholder, name, filter] of content.matchAll(/\{\{([^}|]*)(?:\|([^}]*))?\}\}/g)) {
      if (!known.has(name ?? "")) {
        fail(`files.${index}.content`, `has ${placeholder}, but the parameters are ${[...known].join(", ")}`);
      }
      if (filter !== undefined && !(templateFilters as readonly string[]).includes(filter)) {
        fail(`files.${index}.content`, `has ${placeholder}, but the filters are ${templateFilters.join(", ")}`);
      }
    }
  });
  if (!definition.packages.install.includes(definition.packages.version)) {
    fail("packages.version", `has to be one of packages.install (it is ${definition.packages.version})`);
  }
}

/** What may follow the `|` in a placeholder. The software installation escapes accordingly. */
export const templateFilters = ["php", "sql", "shell", "json"] as const;

function fromSchema(error: ZodError, file: string): InvalidDefinition {
  const issue = error.issues[0];
  const path = issue?.path.map(String).join(".") ?? "";
  return new InvalidDefinition(file, path, `is not right: ${issue?.message ?? "unknown"}`);
}

function compile(pattern: string): RegExp | undefined {
  try {
    return new RegExp(pattern);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** The definitions lie in the package's sources, beside `dist/`, where compiled code looks for them. */
function ownDefinitions(): string {
  return join(resolve(require.resolve("deploy4me/package.json"), ".."), "catalogue", "definitions");
}
