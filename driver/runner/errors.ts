import { DriverError } from "../errors";
import type { Diagnosis } from "../events/translation";
import { shortName } from "../events/translation";
import type { OperationKind } from "../operation";
import { nameOf, type StackId } from "../stack-id";

/** The engine did what it could, and some of it failed. */
export class DeploymentFailed extends DriverError {
  override readonly name = "DeploymentFailed";
  readonly code = "DEPLOYMENT_FAILED";

  constructor(
    readonly operation: OperationKind,
    readonly stackId: StackId,
    /** What failed, in the engine's and the providers' words; secrets are taken out. */
    readonly diagnoses: readonly Diagnosis[],
    /** How many resources each kind of step was taken on all the same. */
    readonly changes: Readonly<Record<string, number>>,
  ) {
    super(
      `${operation} of ${nameOf(stackId)} failed: ${inWords(diagnoses)} ` +
        "What was done is kept in the state; the same operation again goes on from there.",
    );
  }
}

/** The engine itself failed, before or after it did anything. */
export class EngineFailed extends DriverError {
  override readonly name = "EngineFailed";
  readonly code = "ENGINE_FAILED";

  constructor(
    readonly operation: string,
    readonly stackId: StackId,
    /** Its exit code, or the signal that ended it. */
    readonly ended: string,
    /** The end of what it said. */
    readonly said: string,
  ) {
    super(
      `${operation} of ${nameOf(stackId)} failed: the engine ended with ${ended}: ${said === "" ? "it said nothing" : said}`,
    );
  }
}

/** The program can't be loaded, or does not answer a program. */
export class ProgramUnloadable extends DriverError {
  override readonly name = "ProgramUnloadable";
  readonly code = "PROGRAM_UNLOADABLE";

  constructor(
    readonly stackId: StackId,
    readonly module: string,
    readonly why: string,
  ) {
    super(`the program of ${nameOf(stackId)} (${module}) can't be loaded: ${why} Nothing was started.`);
  }
}

/** The operation's process ended on its own, or the program left an error that nobody waited for. */
export class ProgramCrashed extends DriverError {
  override readonly name = "ProgramCrashed";
  readonly code = "PROGRAM_CRASHED";

  constructor(
    readonly operation: OperationKind,
    readonly stackId: StackId,
    readonly how: string,
    /** The end of what it wrote to its standard error. */
    readonly lastWords: string,
  ) {
    super(
      `${operation} of ${nameOf(stackId)} was stopped because its program crashed (${how})` +
        `${lastWords === "" ? "." : `: ${lastWords}`} Other stacks are not affected. Mend the program, then run it again.`,
    );
  }
}

/** The program's event loop stood still. */
export class ProgramHung extends DriverError {
  override readonly name = "ProgramHung";
  readonly code = "PROGRAM_HUNG";

  constructor(
    readonly operation: OperationKind,
    readonly stackId: StackId,
    readonly ms: number,
  ) {
    super(
      `${operation} of ${nameOf(stackId)} was stopped because its program did nothing for ${Math.round(ms / 1000)} s but ` +
        "compute: it may be in an endless loop. Mend the program, or raise times.hangMs.",
    );
  }
}

/** An operation took more than it may. */
export class LimitExceeded extends DriverError {
  override readonly name = "LimitExceeded";
  readonly code = "LIMIT_EXCEEDED";

  constructor(
    readonly operation: OperationKind,
    readonly stackId: StackId,
    readonly of: "memory" | "output",
    readonly limitMb: number,
  ) {
    super(
      `${operation} of ${nameOf(stackId)} was stopped because it took more ${of} than the ${limitMb} MB it may: mend the ` +
        `program, or raise ${of === "memory" ? "memory.limitMb" : "memory.outputMb"}. Other stacks are not affected.`,
    );
  }
}

function inWords(diagnoses: readonly Diagnosis[]): string {
  const lines = diagnoses.map(({ message, resource }) => {
    const words = message.length > 1_000 ? `${message.slice(0, 1_000)}…` : message;
    return `${resource === undefined ? "" : `${shortName(resource)}: `}${/[.!?]$/.test(words) ? words : `${words}.`}`;
  });
  return lines.length === 0 ? "the engine did not say why." : lines.slice(0, 10).join(" ");
}
