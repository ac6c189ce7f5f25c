import { InvalidStackName } from "./errors";

/** A stack by the two names the engine keeps it under. */
export interface StackId {
  readonly project: string;
  readonly stack: string;
}

/** Lower case letters, digits and hyphens: what every backend takes. In PostgreSQL `_` and `%` would match other stacks. */
const nameForm = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;

/** @throws InvalidStackName */
export function stackId(project: string, stack: string): StackId {
  for (const [part, name] of Object.entries({ project, stack })) {
    if (!nameForm.test(name)) throw new InvalidStackName(part as "project" | "stack", name);
  }
  return { project, stack };
}

/** `project/stack`, for people and as a key. */
export function nameOf({ project, stack }: StackId): string {
  return `${project}/${stack}`;
}

/** As the engine writes it; self-managed backends know one organisation, of this name. */
export function qualifiedName(id: StackId): string {
  return `organization/${nameOf(id)}`;
}
