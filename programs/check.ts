import { loadCatalogue } from "../catalogue/loader";
import { checkDeployment } from "../components/checks";
import {
  findUnavailable,
  limits,
  type Region,
  type Size,
  type Sized,
  sizeOf,
  smallest,
  wantedSizes,
} from "../components/digitalocean/sizes";
import type { Problem } from "../components/problem";
import type { DeploymentRequest } from "./deployment";

export { defaultNetworkRange, isSecret, label } from "../components/checks";
export { hidden, inDots, inWords, type Path, type Problem, Problems, suggestionFor } from "../components/problem";

/** What a cloud has to give. */
export interface Available {
  readonly regions: readonly Region[];
  readonly sizes: readonly Size[];
}

/** A machine that a request asks for. */
export interface Machine {
  /** `bastion`, or the name of a piece of software. */
  readonly part: string;
  readonly size: string;
}

/**
 * Everything about a request that can be said without asking the cloud: what the deployment itself would refuse. Loads nothing
 * of Pulumi's.
 */
export function findMistakes(request: DeploymentRequest): readonly Problem[] {
  return checkDeployment(request, limits).problems;
}

/** What of a request the cloud hasn't got. */
export function findMissing(request: DeploymentRequest, { regions, sizes }: Available): readonly Problem[] {
  const wanted = wantedSizes(request.bastionSize ?? smallest, serversOf(request));
  return findUnavailable(request.region, wanted, regions, sizes);
}

/** The machines of a request, the bastion first. */
export function machinesOf(request: DeploymentRequest): readonly Machine[] {
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
