import type { Lease } from "../lease/lease";
import type { RunOrder } from "./protocol";
import type { WorkDirectory } from "./work-directory";

/** Why the driver ended an operation that would have gone on. */
export type Stop =
  | { readonly kind: "cancelled"; readonly reason: string }
  | { readonly kind: "lease"; readonly why: string }
  | { readonly kind: "deadline"; readonly ms: number }
  /** The program's event loop stood still. */
  | { readonly kind: "hung"; readonly ms: number }
  | { readonly kind: "memory"; readonly mb: number; readonly limitMb: number }
  | { readonly kind: "output"; readonly mb: number }
  /** The operation's process ended before the engine did. */
  | { readonly kind: "crash" };

export interface RunLimits {
  /** From the request to stop until everything is killed. */
  readonly graceMs: number;
  readonly hangMs: number;
  readonly operationMs: number;
  /** What one operation may use at most. */
  readonly memoryMb: number;
  /** Of events and of what the engine prints, together. */
  readonly outputMb: number;
}

/** What is to be run, and under what. */
export interface RunPlan {
  readonly operation: string;
  readonly order: RunOrder;
  readonly directory: WorkDirectory;
  readonly environment: Readonly<Record<string, string>>;
  /** V8's options for the operation's process. */
  readonly nodeArguments: readonly string[];
  readonly limits: RunLimits;
  readonly lease: Pick<Lease, "lost" | "remainingMs">;
  readonly signal: AbortSignal;
  /** Aborted when there is no grace. */
  readonly killed: AbortSignal;
  readonly onPrinted: (stream: "stdout" | "stderr", line: string) => void;
}

/** How it ended. By then nothing of it runs any more. */
export interface RunEnd {
  /** Absent when the engine was not started, or its end was not seen. */
  readonly engine?: { readonly code: number | null; readonly signal: string | null };
  readonly enginePid?: number;
  readonly child: { readonly code: number | null; readonly signal: string | null };
  readonly stop?: Stop;
  /** Whether something had to be killed that was at work. */
  readonly killed: boolean;
  /** Why the program could not be loaded, or the engine not be started. */
  readonly unloadable?: string;
  readonly unstartable?: string;
  readonly strays: readonly string[];
  /** The end of what the operation's process wrote to its standard error. */
  readonly lastWords: string;
  /** Processes that could not be killed. */
  readonly left: readonly number[];
}
