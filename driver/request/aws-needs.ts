import type { NeededOfAws } from "../../connections/aws/quotas";
import { machinesOf } from "../../programs/check";
import { type DeploymentContext, toDeployment } from "./deployment";
import type { ProjectRequest } from "./schema";

/**
 * What the deployment of a request takes of an account's quotas when nothing of it is there yet.
 * @example
 * checkAws({ region: request.region, credentials, needed: neededOfAws(request) });
 */
export function neededOfAws(request: ProjectRequest, context: DeploymentContext = {}): NeededOfAws {
  const machines = machinesOf(toDeployment(request, context)).map(({ size }) => size);
  return { addresses: 1, networks: 1, machines };
}
