import type { Program } from "../../../driver/program";
import { AwsRecovery } from "../../../driver/recovery/aws-recovery";

export interface AwsWholeRequest {
  readonly name: string;
}

/** All that the components make at AWS, without what needs a running machine. */
export function awsWhole(): () => Promise<Record<string, unknown>> {
  return async () => {
    process.env.DEPLOY4ME_ADMIN_ACCESS = "203.0.113.7/32";
    // The driver of a test reads this module as well, and needs no components.
    const { default: whole } = await import("../../components/aws/engine-program.js");
    return whole();
  };
}

export const awsWholeProgram: Program<AwsWholeRequest> = {
  module: __filename,
  export: "awsWhole",
  project: "test",
  stack: ({ name }) => name,
  // What stands in for AWS shows at once what there is; a request may be on its way still.
  recovery: new AwsRecovery({ visibleWithinMs: 1_000 }),
};
