import { join } from "node:path";

import type { DeploymentRequest } from "../programs/deployment";
import { packageRoot } from "./engine";

/**
 * What is deployed for a request. It is loaded in a process of its own for each operation, so it is named rather than
 * handed over.
 */
export interface Program<Request> {
  /** An absolute path to a compiled module. */
  readonly module: string;
  /** A function of that module: it is given the request and answers a Pulumi program, `(request) => async () => outputs`. */
  readonly export: string;
  /** Pulumi's project. Default: `deploy4me`. Another one is another set of stacks. */
  readonly project?: string;
  /** The stack a request is deployed to: lower case letters, digits and hyphens. */
  readonly stack: (request: Request) => string;
  /** Files and folders that make the program: an approval is void when one of them changes. Default: the module alone. */
  readonly sources?: readonly string[];
  /** The same of the catalogue. Default: none. */
  readonly catalogue?: readonly string[];
}

const compiled = join(__dirname, "..");

/** Our own program: a deployment per stack. */
export const deploymentProgram: Program<DeploymentRequest> = {
  module: join(compiled, "programs", "deployment.js"),
  export: "deployment",
  stack: ({ name }) => name,
  sources: ["programs", "components", "catalogue", "connections"].map((folder) => join(compiled, folder)),
  catalogue: [join(packageRoot(), "catalogue", "definitions")],
};
