import type { ParameterDefinition } from "../catalogue/schema";
import { checkDeployment, type CloudLimits, parameterProblem, type ValidDeployment } from "./checks";
import type { BusinessDeploymentArgs } from "./deployment";
import { InvalidArgument } from "./errors";

export type { CloudLimits, ValidDeployment } from "./checks";

/**
 * Refuses every mistake that can be seen without asking the cloud, before anything is created.
 * @throws InvalidArgument for the first one
 */
export function validateDeployment(args: BusinessDeploymentArgs, limits: CloudLimits): ValidDeployment {
  const checked = checkDeployment(args, limits);
  if (!("valid" in checked)) throw InvalidArgument.from(checked.problems[0]);
  return checked.valid;
}

/**
 * Whether a value is what its parameter asks for. Values that are not known before the deployment runs are checked here too,
 * when they are.
 * @throws InvalidArgument without the value when the parameter is a password
 */
export function requireParameter(argument: string, value: string, parameter: ParameterDefinition): void {
  const problem = parameterProblem([argument], value, parameter);
  if (problem) throw new InvalidArgument(argument, problem.value, problem.expected);
}
