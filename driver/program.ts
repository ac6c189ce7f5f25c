import { join } from "node:path";

import type { DeploymentRequest } from "../programs/deployment";
import { packageRoot } from "./engine";
import { type Estimate, estimate } from "./estimate";
import type { Recovery } from "./pending";
import { AwsRecovery } from "./recovery/aws-recovery";
import { DigitalOceanRecovery } from "./recovery/digitalocean-recovery";
import { secretsOf, withoutSecrets } from "./request/describe";
import type { Cloud, ProjectRequest } from "./request/schema";

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
  /** What of a request nobody may see: it is taken out of everything the driver says. Default: nothing. */
  readonly secrets?: (request: Request) => readonly string[];
  /** Whether what was deployed for a request may not be destroyed. Default: it may. */
  readonly isProtected?: (request: Request) => boolean;
  /** How long what was deployed for a request is there: an ISO 8601 duration, or the end itself. Default: for good. */
  readonly timeToLive?: (request: Request) => string | undefined;
  /**
   * What of a request is kept with its deployment, so that it can be removed when nobody has the request at hand: plain data without secrets.
   * Default: nothing.
   */
  readonly kept?: (request: Request) => unknown;
  /** What it costs. Default: nobody knows. */
  readonly estimate?: (request: Request, signal: AbortSignal) => Promise<Estimate>;
  /**
   * Settles what an operation that died left in flight; a function of the request where clouds differ in that. Default: such a stack
   * is refused.
   */
  readonly recovery?: Recovery | ((request: Request) => Recovery);
}

const compiled = join(__dirname, "..");
const sources = ["programs", "components", "catalogue", "connections"].map((folder) => join(compiled, folder));
const catalogue = [join(packageRoot(), "catalogue", "definitions")];

/** Our own program, for requests as people write them: a stack per project. */
export const projectProgram: Program<ProjectRequest> = {
  module: join(compiled, "driver", "runner", "project-program.js"),
  export: "project",
  stack: ({ project }) => project,
  sources: [...sources, join(compiled, "driver", "request"), join(compiled, "driver", "runner", "project-program.js")],
  catalogue,
  secrets: (request) => secretsOf(request),
  isProtected: ({ protect }) => protect,
  timeToLive: ({ timeToLive }) => timeToLive,
  kept: (request) => withoutSecrets(request),
  estimate: (request, signal) => estimate(request, { signal }),
  recovery: ({ cloud }) => recoveryOn(cloud),
};

/** Our own program, for what a component takes: a stack per deployment. */
export const deploymentProgram: Program<DeploymentRequest> = {
  module: join(compiled, "programs", "deployment.js"),
  export: "deployment",
  stack: ({ name }) => name,
  sources,
  catalogue,
  recovery: ({ cloud }) => recoveryOn(cloud),
};

function recoveryOn(cloud: Cloud | undefined): Recovery {
  return cloud === "aws" ? new AwsRecovery() : new DigitalOceanRecovery();
}
