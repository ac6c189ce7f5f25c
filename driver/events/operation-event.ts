/** What is done to a resource. */
export type StepOperation =
  "create" | "update" | "replace" | "delete" | "read" | "refresh" | "import" | "same" | "discard" | "other";

/** How far an operation has come. */
export interface Progress {
  /** Resources that are dealt with. */
  readonly done: number;
  /** Resources there are to deal with, as far as is known by now; it may grow. */
  readonly planned: number;
  /** What is being worked on, longest first, such as `Droplet bastion`; empty between steps. */
  readonly current: readonly string[];
  /** Milliseconds since the operation was asked for. */
  readonly elapsedMs: number;
}

/** One property that differs. */
export interface PropertyChange {
  /** As the engine writes it: `tags[0]`, `rules.ssh`. */
  readonly path: string;
  readonly kind: "add" | "update" | "delete";
  /** Whether it makes the resource be replaced. */
  readonly replaces: boolean;
  /** As JSON, cut to 200 characters; `[secret]` for what is secret; absent when there is none or it is not known yet. */
  readonly before?: string;
  readonly after?: string;
}

/** A resource, by its names. */
export interface ResourceName {
  readonly urn: string;
  /** Its type token: `digitalocean:index/droplet:Droplet`. */
  readonly type: string;
  readonly name: string;
}

interface Common {
  /** When, in milliseconds since 1970. */
  readonly at: number;
  readonly progress: Progress;
}

/** It waits until there is memory for it. */
export interface QueuedEvent extends Common {
  readonly kind: "queued";
  /** How many are before it. */
  readonly ahead: number;
}

/** The engine has been started. */
export interface StartedEvent extends Common {
  readonly kind: "started";
}

export interface StepEvent extends Common {
  readonly kind: "step";
  readonly phase: "begun" | "done" | "failed";
  readonly operation: StepOperation;
  readonly resource: ResourceName;
  /** How long it took; absent when it has only begun. */
  readonly tookMs?: number;
  readonly changes: readonly PropertyChange[];
  /** Whether it only tells what somebody else has done: the resource was read, and is not as the state had it. */
  readonly drift: boolean;
}

/** The engine, a provider or the program has something to say. */
export interface DiagnosticEvent extends Common {
  readonly kind: "diagnostic";
  readonly severity: "info" | "warning" | "error";
  readonly message: string;
  readonly resource?: ResourceName;
}

/** What the program printed. */
export interface OutputEvent extends Common {
  readonly kind: "output";
  readonly stream: "stdout" | "stderr";
  readonly text: string;
}

/** Something the driver did on the way that a person may want to know, such as a broken lock or a restored order. */
export interface NoteEvent extends Common {
  readonly kind: "note";
  readonly message: string;
}

/** The last one. */
export interface EndedEvent extends Common {
  readonly kind: "ended";
  readonly outcome: "succeeded" | "failed" | "cancelled";
  /** The error's code, when there is one. */
  readonly code?: string;
  readonly message?: string;
}

/** A watcher was so slow that older events were dropped. */
export interface GapEvent extends Common {
  readonly kind: "gap";
  readonly missed: number;
}

export type OperationEvent =
  QueuedEvent | StartedEvent | StepEvent | DiagnosticEvent | OutputEvent | NoteEvent | EndedEvent | GapEvent;
