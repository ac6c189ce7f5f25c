import type { OperationEvent } from "../../driver/events/operation-event";
import type { Operation } from "../../driver/operation";

/** Where a command's words go. */
export interface Report {
  /** Whether programs read it: then nobody is asked anything. */
  readonly json: boolean;
  /** For people alone. */
  say(lines: readonly string[]): void;
  /** Something to know, whoever reads. */
  warn(sentence: string): void;
  /** Something happened in an operation. */
  event(operation: Pick<Operation<unknown>, "id" | "kind" | "stack">, event: OperationEvent): void;
  /** The operation is over, or somebody is to be asked: nothing moves any more. */
  settle(): void;
  /** The last words of a command that did what it was to do: as data, and for people. */
  done(exitCode: number, result: unknown, lines: readonly string[]): void;
  /** The last words of one that did not. */
  failed(exitCode: number, error: unknown): void;
}
