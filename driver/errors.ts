import type { OperationKind } from "./operation";
import { nameOf, type StackId } from "./stack-id";

/** What the driver throws and rejects with. Its message says what failed, where, why, and what to do; never a secret. */
export abstract class DriverError extends Error {
  /** Stable; for programs. */
  abstract readonly code: string;
}

/** A name that some backend would trip over. */
export class InvalidStackName extends DriverError {
  override readonly name = "InvalidStackName";
  readonly code = "INVALID_STACK_NAME";

  constructor(
    readonly part: "project" | "stack",
    readonly value: string,
  ) {
    super(
      `the ${part}'s name ${JSON.stringify(value)} is not right: use 1 to 63 lower case letters, digits and hyphens, ` +
        "beginning and ending with a letter or a digit.",
    );
  }
}

/** A request crosses to another process as JSON, and this one would arrive as something else. */
export class RequestNotPlain extends DriverError {
  override readonly name = "RequestNotPlain";
  readonly code = "REQUEST_NOT_PLAIN";

  constructor(readonly path: string) {
    super(
      `the request's ${path === "" ? "value" : path} is no plain JSON value: use strings, numbers, booleans, lists and objects.`,
    );
  }
}

/** The operation was called off before it was done. */
export class OperationCancelled extends DriverError {
  override readonly name = "OperationCancelled";
  readonly code = "OPERATION_CANCELLED";

  constructor(
    readonly operation: OperationKind,
    readonly stackId: StackId,
    readonly reason: string,
    /** Whether the engine had been started, so that something may have changed. */
    readonly started: boolean,
    /** Whether it did not end by itself in time and was killed: steps may be unfinished. */
    readonly killed: boolean,
  ) {
    super(
      `${operation} of ${nameOf(stackId)} was cancelled (${reason}): ` +
        (!started
          ? "nothing was started."
          : killed
            ? "it did not stop in time and was killed; the next operation first settles what was in flight."
            : "the engine stopped after the steps in flight and saved its state. The same operation again goes on from there."),
    );
  }
}

/** It took longer than it may. */
export class OperationTimedOut extends DriverError {
  override readonly name = "OperationTimedOut";
  readonly code = "OPERATION_TIMED_OUT";

  constructor(
    readonly operation: OperationKind,
    readonly stackId: StackId,
    readonly afterMs: number,
  ) {
    super(
      `${operation} of ${nameOf(stackId)} was stopped after ${Math.round(afterMs / 1000)} s. ` +
        "Run it again: what was made is kept. If it needs more time, raise times.operationMs.",
    );
  }
}

/** The request says that nothing may remove what was deployed for it. */
export class ProtectedFromRemoval extends DriverError {
  override readonly name = "ProtectedFromRemoval";
  readonly code = "PROTECTED_FROM_REMOVAL";

  constructor(readonly stackId: StackId) {
    super(
      `${nameOf(stackId)} is protected from removal, so nothing was started. ` +
        "When it is really to go, take `protect` out of its request first.",
    );
  }
}

/** The program does not know what a request costs. */
export class NoEstimate extends DriverError {
  override readonly name = "NoEstimate";
  readonly code = "NO_ESTIMATE";

  constructor(readonly stackId: StackId) {
    super(`nobody knows what ${nameOf(stackId)} costs: its program has no estimate.`);
  }
}

/** Whoever has the credentials did not answer. */
export class CredentialsLate extends DriverError {
  override readonly name = "CredentialsLate";
  readonly code = "CREDENTIALS_LATE";

  constructor(
    readonly stackId: StackId,
    readonly afterMs: number,
  ) {
    super(
      `the credentials for ${nameOf(stackId)} did not come within ${Math.round(afterMs / 1000)} s, so the engine was not ` +
        "started. See whether the connection to the cloud can be renewed, then run the operation again.",
    );
  }
}

/** More memory is needed than the driver may ever use. */
export class MemoryNotGranted extends DriverError {
  override readonly name = "MemoryNotGranted";
  readonly code = "MEMORY_NOT_GRANTED";

  constructor(
    readonly neededMb: number,
    readonly budgetMb: number,
  ) {
    super(
      `an operation needs ${neededMb} MB and the driver may use ${budgetMb} MB: raise memory.budgetMb, or lower memory.stackMb.`,
    );
  }
}
