import type { SoftwareDefinition } from "../../../catalogue/schema";
import { variableName } from "../../../catalogue/variable";
import { redact } from "../redaction";
import type { SshSession } from "../ssh";
import { excerpt, succeed } from "../succeed";
import { SoftwareUnhealthy } from "./errors";
import { type Observation, observationScript, parseObservation } from "./observation";
import {
  type DesiredFile,
  filesScript,
  logsScript,
  type Obsolete,
  packagesScript,
  removalScript,
  retirementScript,
  servicesScript,
  setupScript,
} from "./scripts";
import { fillTemplate } from "./template";

/** One piece of software as it shall be on one machine. */
export interface Installation {
  readonly definition: SoftwareDefinition;
  /** Every parameter with its value, the built-in ones too. */
  readonly parameters: Readonly<Record<string, string>>;
  /** The Debian version, with `*` for anything; whatever is newest when it is left out. */
  readonly wantedVersion?: string;
}

export type Progress = (line: string) => void;

const minute = 60_000;
/** One look, with room for a service that is just being restarted. */
const glanceSeconds = 5;

/**
 * Brings a machine to what the installation says, whatever it was before; may be repeated.
 * @param previous the definition that was installed before: what it wrote and the new one does not write is removed
 * @throws CommandFailed | SoftwareUnhealthy | ConnectionLost | Timeout, none with a secret in it
 */
export async function install(
  session: SshSession,
  installation: Installation,
  previous: SoftwareDefinition | undefined,
  progress: Progress,
): Promise<Observation> {
  const { definition, wantedVersion } = installation;
  const { title, services, setup, health } = definition;
  const files = filesOf(installation);
  const common = { secrets: secretsOf(installation) };
  const step = (action: string, script: string, options = {}): Promise<string> => {
    progress(`${title} on ${session.place.host}: ${action}`);
    return succeed(session, script, { ...common, action, timeoutMs: 10 * minute, ...options });
  };

  await step("installing packages", packagesScript(definition, wantedVersion), { timeoutMs: 30 * minute });
  const obsolete = obsoleteOf(previous, definition);
  if (obsolete.services.length + obsolete.paths.length > 0) {
    await step("removing what the last version brought", retirementScript(obsolete));
  }
  await step("writing configuration", filesScript(files));
  if (setup.trim() !== "") await step("setting up", setupScript(setup), { environment: environmentOf(installation) });
  await step("starting services", servicesScript(services));
  progress(`${title} on ${session.place.host}: waiting for it to answer`);
  const found = await observe(session, installation, health.seconds);
  if (found.problems.length > 0) throw await unhealthy(session, installation, found);
  return found;
}

/** Looks at what is installed, and changes nothing. */
export async function observe(
  session: SshSession,
  installation: Installation,
  seconds = glanceSeconds,
): Promise<Observation> {
  const { definition, parameters } = installation;
  const files = filesOf(installation);
  const script = observationScript(definition, files, parameters.hostname ?? "localhost", seconds);
  const action = `looking at ${definition.title}`;
  const output = await succeed(session, script, { action, timeoutMs: seconds * 1000 + 45_000 });
  return parseObservation(output, definition, files);
}

/** Removes the software from the machine; its data only when `purge` is said. */
export async function remove(
  session: SshSession,
  installation: Installation,
  purge: boolean,
  progress: Progress,
): Promise<void> {
  const { definition } = installation;
  const action = purge ? `removing ${definition.title} and its data` : `removing ${definition.title}`;
  progress(`${definition.title} on ${session.place.host}: ${action}`);
  await succeed(session, removalScript({ definition, purge }), {
    action,
    environment: environmentOf(installation),
    secrets: secretsOf(installation),
    timeoutMs: 20 * minute,
  });
}

function obsoleteOf(previous: SoftwareDefinition | undefined, { services, files }: SoftwareDefinition): Obsolete {
  const kept = new Set(files.map(({ path }) => path));
  return {
    services: (previous?.services ?? []).filter((name) => !services.includes(name)),
    paths: (previous?.files ?? []).map(({ path }) => path).filter((path) => !kept.has(path)),
  };
}

function filesOf({ definition, parameters }: Installation): DesiredFile[] {
  return definition.files.map((file) => ({ ...file, content: fillTemplate(file.content, parameters) }));
}

function environmentOf({ parameters }: Installation): Record<string, string> {
  return Object.fromEntries(Object.entries(parameters).map(([name, value]) => [variableName(name), value]));
}

/** What may be a secret: providers can't see which values were marked. Defaults and what is on the map are none. */
export function secretsOf({ definition, parameters }: Installation): string[] {
  return Object.entries(parameters).flatMap(([name, value]) => {
    const parameter = definition.parameters[name];
    return parameter && parameter.default !== value && parameter.credential !== "user" ? [value] : [];
  });
}

async function unhealthy(
  session: SshSession,
  installation: Installation,
  { problems }: Observation,
): Promise<SoftwareUnhealthy> {
  const { definition } = installation;
  const { stdout } = await session.run(logsScript(definition.services), { action: "reading logs" });
  const log = excerpt(redact(stdout, secretsOf(installation)));
  return new SoftwareUnhealthy(session.place, definition.title, problems, log.trim());
}
