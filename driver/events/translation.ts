import { changesFound, changesOf, foundBy, isBookkeeping } from "./changes";
import type { EngineEvent, StepMetadata } from "./engine-event";
import type {
  DiagnosticEvent,
  OperationEvent,
  Progress,
  PropertyChange,
  ResourceName,
  StepEvent,
  StepOperation,
} from "./operation-event";
import type { Redactor } from "./redact";

/** The engine's names of steps (`display.StepOp` in its `step_op.go`) in ours. */
const operations: Readonly<Record<string, StepOperation>> = {
  create: "create",
  "create-replacement": "create",
  update: "update",
  replace: "replace",
  delete: "delete",
  "delete-replaced": "delete",
  read: "read",
  "read-replacement": "read",
  refresh: "refresh",
  import: "import",
  "import-replacement": "import",
  same: "same",
  "discard-replaced": "discard",
  "read-discard": "discard",
  "remove-pending-replace": "discard",
};

/** What the engine said failed, in its words. */
export interface Diagnosis {
  readonly message: string;
  readonly resource?: ResourceName;
}

interface Begun {
  readonly name: string;
  readonly since: number;
  /** Whether the resource is being read, and not changed. */
  readonly reads: boolean;
  /** Whether a provider has to do with it: components and the stack itself are open all the time. */
  readonly works: boolean;
}

/** Makes one operation's events of the engine's, and keeps count. */
export class Translation {
  private readonly begun = new Map<string, Begun>();
  private readonly seen = new Set<string>();
  private readonly done = new Set<string>();
  private bookkept = 0;
  private counted: Readonly<Record<string, number>> | undefined;
  /** How the engine says it ended: `succeeded`, `failed`, `canceled`. */
  outcome: string | undefined;
  readonly errors: Diagnosis[] = [];
  readonly warnings: Diagnosis[] = [];

  constructor(
    private readonly redactor: Redactor,
    private readonly start: number,
    /** How many resources the stack had before: what there is to deal with at least. */
    private readonly expected: number,
    /** Whether only deletions bring it on: a destruction first runs the program, and every resource is «same» there. */
    private readonly destroys = false,
    private readonly now: () => number = Date.now,
  ) {}

  /**
   * How many resources each kind of step was taken on, by the engine's own count, bookkeeping taken for «same». Undefined
   * until it came to it.
   */
  get summary(): Readonly<Record<string, number>> | undefined {
    const { update = 0, same = 0, ...others } = this.counted ?? {};
    const moved = Math.min(update, this.bookkept);
    const counts = { ...others, update: update - moved, same: same + moved };
    return this.counted && Object.fromEntries(Object.entries(counts).filter(([, count]) => count > 0));
  }

  get progress(): Progress {
    const current = [...this.begun.values()].flatMap(({ name, works }) => (works ? [name] : []));
    const done = this.done.size;
    const planned = Math.max(this.expected, this.seen.size, done);
    return { done, planned, current, elapsedMs: this.now() - this.start };
  }

  /** @returns what is to be passed on; nothing for what only the engine's developers want to know */
  translate(event: EngineEvent): OperationEvent | undefined {
    if (event.resourcePreEvent) return this.stepBegun(event.resourcePreEvent.metadata);
    if (event.resOutputsEvent) return this.stepEnded(event.resOutputsEvent.metadata, "done");
    if (event.resOpFailedEvent) return this.stepEnded(event.resOpFailedEvent.metadata, "failed");
    if (event.diagnosticEvent) return this.diagnostic(event.diagnosticEvent);
    if (event.errorEvent) return this.diagnostic({ message: event.errorEvent.error, severity: "error" });
    if (event.summaryEvent) {
      this.counted = event.summaryEvent.resourceChanges ?? {};
      this.outcome = event.summaryEvent.result;
    }
    return undefined;
  }

  private stepBegun(metadata: StepMetadata): StepEvent {
    const resource = resourceOf(metadata);
    this.begun.set(metadata.urn, {
      name: shortName(resource),
      since: this.now(),
      reads: metadata.op === "refresh",
      works: (metadata.new ?? metadata.old)?.custom === true,
    });
    this.count(metadata, this.seen);
    return this.step("begun", metadata, resource);
  }

  private stepEnded(metadata: StepMetadata, phase: "done" | "failed"): StepEvent {
    const begun = this.begun.get(metadata.urn);
    this.begun.delete(metadata.urn);
    this.count(metadata, this.done);
    const tookMs = begun === undefined ? 0 : this.now() - begun.since;
    const step = this.step(phase, metadata, resourceOf(metadata));
    if (phase === "done" && begun?.reads === true) return { ...step, ...this.found(metadata), tookMs };
    if (phase === "done" && isCountedBookkeeping(metadata)) this.bookkept++;
    return { ...step, tookMs };
  }

  /** Of a resource that was read: whether it is as the state has it. */
  private found(metadata: StepMetadata): Pick<StepEvent, "operation" | "changes" | "drift"> {
    const operation = foundBy(metadata);
    const changes = operation === "update" ? changesFound(metadata).map((change) => this.redacted(change)) : [];
    return { operation, changes, drift: operation !== "same" };
  }

  private step(phase: StepEvent["phase"], metadata: StepMetadata, resource: ResourceName): StepEvent {
    const same = isBookkeeping(metadata);
    return {
      kind: "step",
      at: this.now(),
      progress: this.progress,
      phase,
      operation: same ? "same" : (operations[metadata.op] ?? "other"),
      resource,
      changes: same ? [] : changesOf(metadata).map((change) => this.redacted(change)),
      drift: false,
    };
  }

  private diagnostic({
    message,
    severity,
    urn = "",
    ephemeral = false,
  }: NonNullable<EngineEvent["diagnosticEvent"]>): DiagnosticEvent | undefined {
    const level = severity.startsWith("info") ? "info" : severity;
    if (ephemeral || (level !== "info" && level !== "warning" && level !== "error")) return undefined;
    const text = this.redactor.redact(plain(message));
    if (text === "") return undefined;
    const resource = urn === "" ? undefined : nameOfUrn(urn);
    const diagnosis = { message: text, ...(resource === undefined ? {} : { resource }) };
    if (level === "error") this.errors.push(diagnosis);
    if (level === "warning") this.warnings.push(diagnosis);
    return { kind: "diagnostic", at: this.now(), progress: this.progress, severity: level, ...diagnosis };
  }

  /** By resource: with a refresh before it, each is looked at twice. A replaced one is made and removed. */
  private count({ op, urn }: StepMetadata, into: Set<string>): void {
    const deletes = op === "delete" || op === "delete-replaced";
    if (deletes || !this.destroys) into.add(op === "delete-replaced" ? `${urn} old` : urn);
  }

  private redacted(change: PropertyChange): PropertyChange {
    const { before, after } = change;
    return {
      ...change,
      ...(before === undefined ? {} : { before: this.redactor.redact(before) }),
      ...(after === undefined ? {} : { after: this.redactor.redact(after) }),
    };
  }
}

/** Messages of the engine carry marks for colours, and a program's may carry a terminal's own. */
export function plain(message: string): string {
  return message
    .replace(/<\{%[^%]*%\}>/g, "")
    .replace(/\u001b\[[0-9;]*m/g, "")
    .trim();
}

/** The engine counts no default providers, and reads of its own resources are «same» to it already. */
function isCountedBookkeeping(metadata: StepMetadata): boolean {
  const { type, name } = resourceOf(metadata);
  return isBookkeeping(metadata) && type.startsWith("pulumi:providers:") && !/^default(?:_|$)/.test(name);
}

function resourceOf({ urn, type }: StepMetadata): ResourceName {
  return { ...nameOfUrn(urn), type };
}

/** `urn:pulumi:stack::project::parent$type::name` */
export function nameOfUrn(urn: string): ResourceName {
  const [, , types = "", ...rest] = urn.split("::");
  return { urn, type: types.slice(types.lastIndexOf("$") + 1), name: rest.join("::") };
}

/** `digitalocean:index/droplet:Droplet` and `bastion` → `Droplet bastion` */
export function shortName({ type, name }: ResourceName): string {
  return `${type.slice(type.lastIndexOf(":") + 1)} ${name}`;
}
