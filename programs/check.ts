import { loadCatalogue } from "../catalogue/loader";
import { findMistakesOnAws } from "../components/aws/checks";
import * as aws from "../components/aws/sizes";
import { checkDeployment } from "../components/checks";
import * as digitalocean from "../components/digitalocean/sizes";
import { inDots, type Path, type Problem } from "../components/problem";
import type { Sized } from "../components/sizes";
import type { DeploymentRequest } from "./deployment";
import { cloudOf, inOwnNames } from "./on-every-cloud";
import { valueAt } from "./structure";

export { defaultOwner } from "../components/aws/tags";
export { diskGb as awsDiskGb } from "../components/aws/sizes";
export { defaultNetworkRange, isSecret, label } from "../components/checks";
export { hidden, inDots, inWords, type Path, type Problem, Problems, suggestionFor } from "../components/problem";

/** What a cloud has to give. */
export interface Available {
  readonly regions: readonly digitalocean.Region[];
  readonly sizes: readonly digitalocean.Size[];
}

/** A machine that a request asks for. */
export interface Machine {
  /** `bastion`, or the name of a piece of software. */
  readonly part: string;
  /** The cloud's own name of it. */
  readonly size: string;
}

const sizesOf = { digitalocean, aws } as const;

/**
 * Everything about a request that can be said without asking the cloud: what the deployment itself would refuse. Loads nothing
 * of Pulumi's.
 */
export function findMistakes(written: DeploymentRequest): readonly Problem[] {
  const request = inOwnNames(written);
  const { problems } = checkDeployment(request, sizesOf[cloudOf(request)].limits);
  const said = new Set(problems.map(({ path }) => inDots(path)));
  const more = request.cloud === "aws" ? findMistakesOnAws(request) : [];
  return asWritten(written, [...problems, ...more.filter(({ path }) => !said.has(inDots(path)))]);
}

/** What of a request the cloud hasn't got, as far as is known here. */
export function findMissing(written: DeploymentRequest, { regions, sizes }: Available): readonly Problem[] {
  const request = inOwnNames(written);
  const { wantedSizes, findUnavailable, smallest } = sizesOf[cloudOf(request)];
  const wanted = wantedSizes(request.bastionSize ?? smallest, serversOf(request));
  return asWritten(written, findUnavailable(request.region, wanted, regions, sizes));
}

/** The machines of a request, the bastion first. */
export function machinesOf(written: DeploymentRequest): readonly Machine[] {
  const request = inOwnNames(written);
  const { sizeOf, smallest } = sizesOf[cloudOf(request)];
  return [
    { part: "bastion", size: request.bastionSize ?? smallest },
    ...serversOf(request).map((server) => ({ part: server.name, size: sizeOf(server) })),
  ];
}

function serversOf({
  software,
  catalogue = loadCatalogue(),
}: DeploymentRequest): (Sized & { readonly name: string })[] {
  return software.map((one) => ({ name: one.name, size: one.size, definition: catalogue.get(one.software) }));
}

/** With the names that were written: `small`, and not what it is on the cloud. */
function asWritten(request: DeploymentRequest, problems: readonly Problem[]): readonly Problem[] {
  return problems.map((problem) =>
    isNamed(problem.path) ? { ...problem, value: valueAt(request, problem.path) } : problem,
  );
}

function isNamed(path: Path): boolean {
  return ["region", "bastionSize", "size"].includes(String(path.at(-1)));
}
