import { randomUUID } from "node:crypto";

import { conflict, notFound, preconditionFailed, unprocessable } from "../errors";
import type { CloudState, Project } from "../state";

export interface ProjectInput {
  readonly name?: string | undefined;
  readonly description?: string | undefined;
  readonly purpose?: string | undefined;
  readonly environment?: string | undefined;
  readonly is_default?: boolean | undefined;
}

export function createProject(draft: CloudState, input: ProjectInput, now: string): Project {
  const project: Project = {
    id: randomUUID(),
    name: "",
    description: "",
    purpose: "",
    environment: "",
    isDefault: false,
    createdAt: now,
    updatedAt: now,
  };
  if (input.name === undefined || input.purpose === undefined || input.purpose === "") {
    throw unprocessable("name and purpose are required");
  }
  apply(draft, project, { ...input, is_default: false });
  draft.projects.push(project);
  return project;
}

/** `default` stands for the project new resources go to. */
export function getProject(state: CloudState, id: string): Project {
  const project = state.projects.find((one) => (id === "default" ? one.isDefault : one.id === id));
  if (project === undefined) throw notFound();
  return project;
}

export function updateProject(draft: CloudState, id: string, input: ProjectInput, now: string): Project {
  const project = getProject(draft, id);
  project.updatedAt = now;
  return apply(draft, project, input);
}

export function deleteProject(draft: CloudState, id: string): void {
  const project = getProject(draft, id);
  if (project.isDefault) throw conflict("cannot delete the default project");
  if (resourcesOf(draft, project).length > 0) {
    throw preconditionFailed("cannot delete a project with resources. move or remove the resources first");
  }
  draft.projects = draft.projects.filter((one) => one !== project);
}

export interface ProjectResource {
  readonly urn: string;
  /** Absent when it is not found. */
  readonly assignedAt?: string;
  readonly status: "ok" | "assigned" | "already_assigned" | "not_found";
}

export function resourcesOf(state: CloudState, project: Project): ProjectResource[] {
  return inventory(state)
    .filter(({ urn }) => projectIdOf(state, urn) === project.id)
    .map(({ urn, createdAt }) => ({ urn, assignedAt: state.projectOf[urn]?.assignedAt ?? createdAt, status: "ok" }));
}

/** Each resource has a status of its own: one that is not there is no error. */
export function assignResources(
  draft: CloudState,
  id: string,
  urns: readonly string[],
  now: string,
): ProjectResource[] {
  const project = getProject(draft, id);
  const known = new Set(inventory(draft).map(({ urn }) => urn));
  return urns.map((given) => {
    // Terraform's and Pulumi's providers say reservedip, the API's own word is floatingip.
    const urn = given.replace(/^do:reservedip:/, "do:floatingip:");
    if (!/^do:[a-z_]+:.+$/.test(urn)) throw unprocessable(`${given} is not a valid URN`);
    if (!known.has(urn)) return { urn, status: "not_found" };
    const already = projectIdOf(draft, urn) === project.id;
    const assignedAt = already ? (draft.projectOf[urn]?.assignedAt ?? now) : now;
    draft.projectOf[urn] = { projectId: project.id, assignedAt };
    return { urn, assignedAt, status: already ? "already_assigned" : "assigned" };
  });
}

export function projectIdOf(state: CloudState, urn: string): string {
  return state.projectOf[urn]?.projectId ?? getProject(state, "default").id;
}

/** What can be in a project. */
function inventory(state: CloudState): { urn: string; createdAt: string }[] {
  const account = getProject(state, "default").createdAt;
  return [
    ...state.droplets.map(({ id, createdAt }) => ({ urn: `do:droplet:${id}`, createdAt })),
    ...state.reservedIps.map(({ ip }) => ({ urn: `do:floatingip:${ip}`, createdAt: account })),
    ...state.volumes.map(({ id, createdAt }) => ({ urn: `do:volume:${id}`, createdAt })),
    ...state.domains.map(({ name }) => ({ urn: `do:domain:${name}`, createdAt: account })),
  ];
}

function apply(draft: CloudState, project: Project, input: ProjectInput): Project {
  const name = input.name ?? project.name;
  if (name === "" || name.length > 175) throw unprocessable("name must be between 1 and 175 characters");
  if (input.purpose === "") throw unprocessable("purpose must not be empty");
  const environment = environmentOf(input.environment ?? project.environment);
  if (draft.projects.some((other) => other !== project && other.name === name))
    throw conflict("name is already in use");
  project.name = name;
  project.environment = environment;
  project.description = input.description ?? project.description;
  project.purpose = input.purpose === undefined ? project.purpose : purposeOf(input.purpose);
  if (input.is_default === true) makeDefault(draft, project);
  return project;
}

/** In any case: it is kept as it is spelled here. */
function environmentOf(text: string): string {
  if (text === "") return "";
  const found = ["Development", "Staging", "Production"].find((one) => one.toLowerCase() === text.toLowerCase());
  if (found === undefined) throw unprocessable("environment must be one of Development, Staging, Production");
  return found;
}

const purposes = [
  "Just trying out DigitalOcean",
  "Class project / Educational purposes",
  "Website or blog",
  "Web Application",
  "Service or API",
  "Mobile Application",
  "Machine learning / AI / Data processing",
  "IoT",
  "Operational / Developer tooling",
];

/** Any other purpose is kept behind `Other: `, as in the original. */
function purposeOf(text: string): string {
  return purposes.includes(text) || text.startsWith("Other: ") ? text : `Other: ${text}`;
}

/** What is there stays where it is: only what is new goes to the new default. */
function makeDefault(draft: CloudState, project: Project): void {
  const before = getProject(draft, "default");
  for (const { urn, createdAt } of inventory(draft)) {
    draft.projectOf[urn] ??= { projectId: before.id, assignedAt: createdAt };
  }
  for (const other of draft.projects) other.isDefault = other === project;
}
