import { DriverError } from "./errors";
import { nameOfUrn, shortName } from "./events/translation";
import type { OperationKind } from "./operation";
import { nameOf, type StackId } from "./stack-id";
import type { KnownCreations } from "./recovery/known-creations";
import type { PendingOperation, StackState } from "./state/state";

/** An operation died while it made or changed these, and nobody has looked what became of them. */
export class PendingOperations extends DriverError {
  override readonly name = "PendingOperations";
  readonly code = "PENDING_OPERATIONS";

  constructor(
    readonly stackId: StackId,
    readonly pending: readonly { readonly urn: string; readonly operation: string }[],
  ) {
    const words = pending.map(({ urn, operation }) => `${operation} of ${shortName(nameOfUrn(urn))}`).join(", ");
    super(
      `${nameOf(stackId)} has unfinished business: ${words}. Going on could make them a second time, so nothing was started. ` +
        "Look in the cloud whether they are there, then import them or clear them from the state.",
    );
  }
}

/** What a recovery works with. The stack's lease is held meanwhile, and its state has been backed up. */
export interface RecoveryContext {
  readonly kind: OperationKind;
  readonly stack: StackId;
  readonly state: StackState;
  readonly epoch: number;
  /** Aborted when the operation is cancelled, its time is over or its lease is lost: the recovery has to end then. */
  readonly signal: AbortSignal;
  /** How the cloud is reached: what the credentials gave for this operation. */
  readonly environment: Readonly<Record<string, string>>;
  readonly secrets: Readonly<Record<string, string>>;
  /** What a guard knows of lost creations; absent where there is none. */
  readonly creations: KnownCreations | undefined;
  /** What {@link Recovery.foresee} wanted to have kept before the operation that died. */
  readonly before: string | undefined;
  /**
   * Replaces the stack's state by another export; the engine checks it, and drops what is in flight.
   * @param reread resources (by their URNs) of which the cloud knows more than this state: they are read before anything stands on them
   */
  replaceState(text: string, reread?: readonly string[]): Promise<void>;
  /** For people: what was found, and what was done. */
  note(message: string): void;
}

/** Finds out what became of what was in flight when an operation died, and writes it into the state. */
export interface Recovery {
  /**
   * Before an operation makes anything.
   * @returns what is to be kept with the stack for the case that it dies
   */
  foresee?(context: RecoveryContext): Promise<string | undefined>;
  /** Which resources may be gone after a destruction that was cut short, whatever the state says, by their URNs. */
  readable?(state: StackState): readonly string[];
  /** Before each operation: tells a guard what of that which it knows is missing from the state. */
  reopen?(context: RecoveryContext): void;
  /**
   * Afterwards it is known of everything that was in flight what became of it, and the state says so. If the state still
   * has something in flight, the operation is refused.
   * @param pending what the state says, and creations whose provider died, of which the state says nothing
   */
  settle(pending: readonly PendingOperation[], context: RecoveryContext): Promise<void>;
}
