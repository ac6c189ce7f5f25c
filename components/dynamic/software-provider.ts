import type { dynamic } from "@pulumi/pulumi";

import type { SoftwareDefinition } from "../../catalogue/schema";
import { type Installation, install, observe, remove } from "../remote/software/install";
import { conditionOf, type Observation } from "../remote/software/observation";
import { type SshTarget, withSession } from "../remote/ssh";
import { connectionFailures, patience } from "./connection";
import { hasUnknown, type Provider, same } from "./provider";

interface SoftwareInputs extends Installation {
  readonly connection: SshTarget;
  readonly purge: boolean;
  /** What the definition asks for as an input; as an output what was found. */
  readonly condition: string;
}

interface SoftwareState extends SoftwareInputs {
  readonly version: string;
}

export const provider: Provider<SoftwareInputs, SoftwareState> = {
  check: (_olds, news) => Promise.resolve({ inputs: news, failures: failuresOf(news) }),

  diff: (_id, state, news) => Promise.resolve(diff(state, news)),

  create: async (inputs) => {
    const found = await withSession(inputs.connection, patience, (session) =>
      install(session, inputs, undefined, progress),
    );
    return { id: inputs.definition.name, outs: stateOf(inputs, found) };
  },

  read: async (id, state) => {
    const found = await withSession(state.connection, { waitMs: 10_000 }, (session) => observe(session, state));
    const props = stateOf(state, found);
    return { id, props, inputs: inputsOf(props) };
  },

  update: async (_id, state, news) => {
    const found = await withSession(news.connection, patience, (session) =>
      concernsMachine(state, news) ? install(session, news, state.definition, progress) : observe(session, news),
    );
    return { outs: stateOf(news, found) };
  },

  delete: (_id, state) =>
    withSession(state.connection, { waitMs: 60_000 }, (session) => remove(session, state, state.purge, progress)),
};

function diff(state: SoftwareState, news: SoftwareInputs): dynamic.DiffResult {
  if (hasUnknown(news)) return { changes: true };
  const replaces = state.definition.name === news.definition.name ? [] : ["definition"];
  const changes =
    replaces.length > 0 ||
    concernsMachine(state, news) ||
    !same([state.connection, state.purge], [news.connection, news.purge]);
  return { changes, ...(replaces.length > 0 && { replaces, deleteBeforeReplace: true }) };
}

/** Whether anything on the machine has to change: a new key to reach it, or other words about it, are no reason. */
function concernsMachine(state: SoftwareState, news: SoftwareInputs): boolean {
  return (
    !same(operative(state.definition), operative(news.definition)) ||
    !same(state.parameters, news.parameters) ||
    state.condition !== news.condition ||
    !fits(state.version, news.wantedVersion)
  );
}

function operative({ packages, port, files, setup, services, health, data, remove }: SoftwareDefinition): object {
  return { packages, port, files, setup, services, health, data, remove };
}

function fits(installed: string, wanted: string | undefined): boolean {
  if (wanted === undefined) return true;
  const pattern = wanted.split("*").map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
  return new RegExp(`^${pattern.join(".*")}$`).test(installed);
}

function stateOf(inputs: SoftwareInputs, found: Observation): SoftwareState {
  return { ...inputsOf(inputs), version: found.version, condition: conditionOf(found) };
}

function inputsOf({
  connection,
  definition,
  parameters,
  wantedVersion,
  purge,
  condition,
}: SoftwareInputs): SoftwareInputs {
  return {
    connection,
    definition,
    parameters,
    purge,
    condition,
    ...(wantedVersion !== undefined && { wantedVersion }),
  };
}

function failuresOf({ connection, definition, parameters }: SoftwareInputs): dynamic.CheckFailure[] {
  const missing = Object.keys(definition.parameters).filter((name) => parameters[name] === undefined);
  const broken = Object.keys(parameters).filter((name) => /[\u0000-\u001f\u007f]/.test(parameters[name] ?? ""));
  return [
    ...connectionFailures(connection),
    ...missing.map((name) => ({ property: `parameters.${name}`, reason: `parameters.${name} is missing.` })),
    ...broken.map((name) => ({
      property: `parameters.${name}`,
      reason: `parameters.${name} has to be one line of text.`,
    })),
  ];
}

/** What a provider writes, the engine shows. */
function progress(line: string): void {
  process.stdout.write(`${line}\n`);
}
