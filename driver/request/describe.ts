import { type Catalogue, loadCatalogue } from "../../catalogue/loader";
import { isSecret } from "../../programs/check";
import { endOf } from "./time-to-live";
import type { ProjectRequest } from "./schema";

/** Stands for what nobody may see. */
export const secret = "[secret]";

/** A request as people may see it: in lists, in reviews, in logs. JSON of it holds no secret. */
export interface RequestDescription extends Omit<ProjectRequest, "software"> {
  readonly software: readonly DescribedSoftware[];
  /** When its time is over, when a start is known or the end was given. ISO 8601, in UTC. */
  readonly end?: string;
}

export interface DescribedSoftware {
  readonly name: string;
  readonly software: string;
  /** As people call it: `DokuWiki`. */
  readonly title: string;
  readonly size: string;
  /** Where visitors will find it. */
  readonly url: string;
  /** What was asked for, secrets as `[secret]`. */
  readonly parameters: Readonly<Record<string, string>>;
}

export interface DescribeOptions {
  /** Says which parameters are secret; those of software that it doesn't know all are. Default: the product's own. */
  readonly catalogue?: Catalogue;
  /** When the deployment was first there. */
  readonly start?: Date;
}

export function describe(
  request: ProjectRequest,
  { catalogue = loadCatalogue(), start }: DescribeOptions = {},
): RequestDescription {
  const { software, ...rest } = request;
  const end = endIn(request, start);
  return {
    ...rest,
    software: software.map((one) => ({
      name: one.name,
      software: one.software,
      title: catalogue.get(one.software)?.title ?? one.software,
      size: one.size,
      url: `https://${one.subdomain}.${request.domain}`,
      parameters: visibleOf(one, catalogue),
    })),
    ...(end === undefined ? {} : { end: end.toISOString() }),
  };
}

/** The same request, with `[secret]` in the place of what nobody may see. */
export function withoutSecrets(request: ProjectRequest, catalogue: Catalogue = loadCatalogue()): ProjectRequest {
  const { software } = request;
  return { ...request, software: software.map((one) => ({ ...one, parameters: visibleOf(one, catalogue) })) };
}

function visibleOf(
  { software, parameters }: ProjectRequest["software"][number],
  catalogue: Catalogue,
): Readonly<Record<string, string>> {
  const entries = Object.entries(parameters);
  return Object.fromEntries(entries.map(([key, value]) => [key, isVisible(catalogue, software, key) ? value : secret]));
}

/** The values of a request that nobody may see: for whoever takes them out of texts. */
export function secretsOf(request: ProjectRequest, catalogue: Catalogue = loadCatalogue()): readonly string[] {
  return request.software.flatMap(({ software, parameters }) =>
    Object.entries(parameters).flatMap(([key, value]) => (isVisible(catalogue, software, key) ? [] : [value])),
  );
}

function isVisible(catalogue: Catalogue, software: string, parameter: string): boolean {
  const parameters = catalogue.get(software)?.parameters ?? {};
  const definition = Object.hasOwn(parameters, parameter) ? parameters[parameter] : undefined;
  return definition !== undefined && !isSecret(definition);
}

function endIn({ timeToLive }: ProjectRequest, start: Date | undefined): Date | undefined {
  if (timeToLive === undefined || (timeToLive.startsWith("P") && start === undefined)) return undefined;
  return endOf(timeToLive, start ?? new Date(0));
}
