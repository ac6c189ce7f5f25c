import { messageOf } from "../cause";
import { DriverError } from "../errors";
import { nameOf, type StackId } from "../stack-id";
import type { Owner } from "./owner";

/** Another operation has the stack. */
export class StackBusy extends DriverError {
  override readonly name = "StackBusy";
  readonly code = "STACK_BUSY";

  constructor(
    readonly stackId: StackId,
    readonly holder: { readonly operation: string; readonly kind: string; readonly owner: Owner },
  ) {
    super(
      `${nameOf(stackId)} is busy: ${holder.kind} ${holder.operation} of process ${holder.owner.pid} on ` +
        `${holder.owner.hostname} has it. Wait until that has ended, or cancel it there.`,
    );
  }
}

/** The lease could not be kept, so somebody else may have the stack: what ran was stopped. */
export class LeaseLost extends DriverError {
  override readonly name = "LeaseLost";
  readonly code = "LEASE_LOST";

  constructor(
    readonly stackId: StackId,
    readonly why: string,
  ) {
    super(
      `the lease of ${nameOf(stackId)} was lost (${why}), so the operation was stopped before another one could begin. ` +
        "Run it again: what was made is kept.",
    );
  }
}

/** Nobody can be asked who has a stack. */
export class LeasesUnavailable extends DriverError {
  override readonly name = "LeasesUnavailable";
  readonly code = "LEASES_UNAVAILABLE";

  constructor(
    /** A file or a database, without credentials. */
    readonly where: string,
    options: ErrorOptions,
  ) {
    const why = messageOf(options.cause);
    super(`the leases in ${where} can't be read or written: ${why}. Nothing was started.`, options);
  }
}
