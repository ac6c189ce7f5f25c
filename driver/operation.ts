import { randomUUID } from "node:crypto";

import { messageOf } from "./cause";
import { DriverError, OperationCancelled } from "./errors";
import type { EndedEvent, OperationEvent, Progress } from "./events/operation-event";
import { Redactor } from "./events/redact";
import { EventStream } from "./events/stream";
import type { StackId } from "./stack-id";

export const operationKinds = [
  "preview",
  "up",
  "refresh",
  "destroy",
  "outputs",
  "history",
  "export",
  "import",
  "restore",
  "estimate",
  "sweep",
] as const;
export type OperationKind = (typeof operationKinds)[number];

/** Something the driver does with one stack, while it does it and after. */
export interface Operation<Result> {
  /** Also the mark in the environment of every process it starts. */
  readonly id: string;
  readonly kind: OperationKind;
  readonly stack: StackId;
  /** Settles when everything it started is gone. Rejects with a `DriverError`. */
  readonly result: Promise<Result>;
  /** Each iteration sees all events from the first on, and ends with the operation. */
  readonly events: AsyncIterable<OperationEvent>;
  /** Calls it off: the engine is asked to stop, and killed when it has not after the grace. A second call does nothing. */
  cancel(reason?: string): void;
  /** The same without a grace, also after `cancel`. The next operation first settles what was in flight. */
  kill(reason?: string): void;
}

/** What an operation's body works with. */
export interface OperationContext {
  readonly id: string;
  readonly kind: OperationKind;
  readonly stack: StackId;
  /** Aborted when the operation is to end; its reason is the text given. */
  readonly signal: AbortSignal;
  /** Aborted, after the other, when there is no grace. */
  readonly killed: AbortSignal;
  /** When it was asked for, in milliseconds since 1970. */
  readonly started: number;
  /** Of the request: what nobody may see. */
  readonly secrets?: readonly string[];
  /** Passes an event on to whoever watches. Without progress of its own it carries the last one's. */
  readonly emit: (event: Unstamped) => void;
}

type WithoutStamp<Event extends OperationEvent> = Event extends OperationEvent
  ? Omit<Event, "at" | "progress"> & { readonly progress?: Progress }
  : never;
export type Unstamped = WithoutStamp<OperationEvent>;

/**
 * Starts a body as an operation. With a signal that is aborted already the body is called all the same, and has to look
 * before it begins anything.
 */
export function startOperation<Result>(
  kind: OperationKind,
  stack: StackId,
  signal: AbortSignal | undefined,
  body: (context: OperationContext) => Promise<Result>,
): Operation<Result> {
  const id = randomUUID();
  const events = new EventStream();
  const own = new AbortController();
  const atOnce = new AbortController();
  const cancel = (reason = "cancelled"): void => {
    own.abort(reason);
  };
  const kill = (reason?: string): void => {
    cancel(reason);
    atOnce.abort();
  };
  // «any» would keep the caller's signal alive for as long as ours; a listener can be taken off.
  const follow = (): void => {
    cancel(wordsOf(signal?.reason));
  };
  if (signal?.aborted === true) follow();
  else signal?.addEventListener("abort", follow, { once: true });
  const started = Date.now();
  let progress: Progress = { done: 0, planned: 0, current: [], elapsedMs: 0 };
  const emit = (event: Unstamped): void => {
    const at = Date.now();
    progress = event.progress ?? { ...progress, elapsedMs: at - started };
    events.push({ ...event, at, progress });
  };
  const ended = (outcome: EndedEvent["outcome"], error?: unknown): void => {
    signal?.removeEventListener("abort", follow);
    progress = { ...progress, current: [] };
    emit({ kind: "ended", outcome, ...(error === undefined ? {} : shown(error)) });
    events.end();
  };
  const result = body({ id, kind, stack, started, signal: own.signal, killed: atOnce.signal, emit }).then(
    (value) => {
      ended("succeeded");
      return value;
    },
    (error: unknown) => {
      ended(error instanceof OperationCancelled ? "cancelled" : "failed", error);
      throw error;
    },
  );
  // Whoever only watches the events is not to be ended by a rejection that nobody asked for.
  result.catch(() => undefined);
  return { id, kind, stack, result, events, cancel, kill };
}

/** Errors that are not the driver's own may quote anything. */
function shown(error: unknown): Pick<EndedEvent, "code" | "message"> {
  const message = new Redactor().redact(messageOf(error));
  return error instanceof DriverError ? { code: error.code, message } : { message };
}

function wordsOf(reason: unknown): string {
  if (typeof reason === "string") return reason;
  return reason instanceof Error ? reason.message : "the caller's signal was aborted";
}
