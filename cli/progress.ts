import { type EngineEvent, plain } from "./events";

/** How each kind of step is shown; those that are not here change nothing and are only counted. */
const signs: Readonly<Record<string, string>> = {
  create: "+",
  "create-replacement": "+",
  update: "~",
  delete: "-",
  "delete-replaced": "-",
  import: "=",
};

/** Shows a deployment's steps as they end, and now and then what it waits for. */
export class Progress {
  private readonly start = Date.now();
  private readonly inFlight = new Map<string, number>();
  private readonly errors: string[] = [];
  private lastWord = this.start;
  private done = 0;
  private changes: Readonly<Record<string, number>> | undefined;

  constructor(private readonly say: (line: string) => void) {}

  show(events: readonly EngineEvent[]): void {
    for (const event of events) this.one(event);
    if (Date.now() - this.lastWord >= 10_000 && this.inFlight.size > 0) {
      this.tell(`… ${this.done} done, waiting for ${[...this.inFlight.keys()].map(nameOf).join(", ")}`);
    }
  }

  /** How many resources each kind of step was taken on, by the engine's own count; undefined when it did not come to it. */
  get summary(): Readonly<Record<string, number>> | undefined {
    return this.changes;
  }

  /** The engine's own words about what failed. */
  get failures(): readonly string[] {
    return this.errors;
  }

  private one(event: EngineEvent): void {
    if (event.resourcePreEvent !== undefined) this.begun(event.resourcePreEvent.metadata);
    if (event.resOutputsEvent !== undefined) this.ended(event.resOutputsEvent.metadata);
    if (event.resOpFailedEvent !== undefined) this.ended(event.resOpFailedEvent.metadata, "failed: ");
    if (event.diagnosticEvent !== undefined) this.diagnosed(event.diagnosticEvent);
    if (event.summaryEvent !== undefined) this.changes = event.summaryEvent.resourceChanges;
  }

  private begun({ op, urn }: { op: string; urn: string }): void {
    if (signs[op] !== undefined) this.inFlight.set(urn, Date.now());
  }

  private ended({ op, urn, type }: { op: string; urn: string; type: string }, prefix = ""): void {
    const sign = signs[op];
    this.done++;
    if (sign === undefined) return;
    const seconds = Math.round((Date.now() - (this.inFlight.get(urn) ?? Date.now())) / 1000);
    this.inFlight.delete(urn);
    this.tell(`${sign} ${prefix}${kindOf(type)} ${nameOf(urn)}${seconds < 1 ? "" : ` (${seconds} s)`}`);
  }

  private diagnosed({
    message,
    severity,
    urn = "",
    ephemeral = false,
  }: NonNullable<EngineEvent["diagnosticEvent"]>): void {
    if (ephemeral || (severity !== "error" && severity !== "warning")) return;
    const text = `${urn === "" ? "" : `${nameOf(urn)}: `}${plain(message)}`;
    if (severity === "error") this.errors.push(text);
    this.tell(`${severity}: ${text}`);
  }

  private tell(words: string): void {
    this.lastWord = Date.now();
    this.say(`${String(Math.round((this.lastWord - this.start) / 1000)).padStart(4)} s  ${words}`);
  }
}

/** Whether a summary says that everything was as it should be. */
export function isUnchanged(changes: Readonly<Record<string, number>>): boolean {
  return Object.entries(changes).every(([op, count]) => count === 0 || op === "same" || op === "read");
}

function nameOf(urn: string): string {
  return urn.slice(urn.lastIndexOf("::") + 2);
}

/** `digitalocean:index/droplet:Droplet` → `Droplet` */
function kindOf(type: string): string {
  return type.slice(type.lastIndexOf(":") + 1);
}
