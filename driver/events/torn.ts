import { containsSecret } from "./changes";
import type { EngineEvent, StepMetadata } from "./engine-event";
import { nameOfUrn } from "./translation";

/** Something that was done to a resource and of which nobody knows how it ended. */
export interface TornStep {
  readonly type: "creating" | "updating" | "deleting";
  readonly resource: TornResource;
}

export interface TornResource {
  readonly urn: string;
  readonly type: string;
  /** Of one that was there before. */
  readonly id?: string | undefined;
  readonly parent?: string | undefined;
  readonly provider?: string | undefined;
  /** Whether it is made in the place of one that the state has under the same name. */
  readonly replaces?: boolean | undefined;
  /** As the program gave them; secret ones are left out. */
  readonly inputs: Readonly<Record<string, unknown>>;
}

/**
 * A provider that dies answers nothing, and the engine takes that for a failure: it forgets the resource, which may be
 * there. These are gRPC's words for a connection that broke; an answer of a provider has none of them.
 */
const broken = /error reading from server|transport is closing|code = Unavailable|connection (?:refused|reset)/i;

/**
 * The words of a provider whose request may have been carried out all the same: Go's for a connection that broke or took too long (also
 * because a guard died), a status of 5xx, and a guard's 424. As the official provider and the embedded one say them.
 */
const unanswered =
  /\bEOF\b|connection reset|broken pipe|server closed|timed? ?out|deadline exceeded|(?:: |with |status )(?:5\d\d|424)\b/i;

/** What a machine or the engine itself does: it is done once more without harm. */
const ownTypes = /^(?:command|pulumi|pulumi-nodejs):/;

const steps: Readonly<Record<string, TornStep["type"]>> = {
  create: "creating",
  "create-replacement": "creating",
  update: "updating",
  delete: "deleting",
  "delete-replaced": "deleting",
};

/**
 * Looks for steps whose provider died, and for deletions that have begun and did not end. Of these the engine's state says nothing where
 * the program was run first, as in a destruction: it takes a resource that was «same» a moment ago for one that is done with
 * (`SnapshotManager.Snap` in its `backend/snapshot.go`, version 3.259.0).
 */
export class TornSteps {
  private readonly suspect = new Set<string>();
  private readonly found = new Map<string, TornStep>();
  private readonly deletions = new Map<string, TornStep>();

  look({ diagnosticEvent, resourcePreEvent, resOutputsEvent, resOpFailedEvent }: EngineEvent): void {
    const begun = resourcePreEvent?.metadata;
    if (begun !== undefined && steps[begun.op] === "deleting" && isCloud(begun))
      this.deletions.set(deletionOf(begun), { type: "deleting", resource: tornOf(begun) });
    const ended = (resOutputsEvent ?? resOpFailedEvent)?.metadata;
    if (ended !== undefined) this.deletions.delete(deletionOf(ended));
    const { severity, urn = "", message = "" } = diagnosticEvent ?? {};
    if (severity === "error" && urn !== "" && isInDoubt(urn, message)) this.suspect.add(urn);
    const metadata = resOpFailedEvent?.metadata;
    const type = metadata === undefined ? undefined : steps[metadata.op];
    if (metadata !== undefined && type !== undefined && this.suspect.has(metadata.urn))
      this.found.set(`${type} ${metadata.urn}`, { type, resource: tornOf(metadata) });
  }

  get all(): readonly TornStep[] {
    return [...this.found.values(), ...this.deletions.values()];
  }
}

function isCloud({ type, old }: StepMetadata): boolean {
  return old?.custom === true && !ownTypes.test(type);
}

function isInDoubt(urn: string, message: string): boolean {
  return broken.test(message) || (unanswered.test(message) && !ownTypes.test(nameOfUrn(urn).type));
}

function deletionOf({ op, urn, old }: StepMetadata): string {
  return `${op} ${urn} ${old?.id ?? ""}`;
}

function tornOf({ op, urn, type, old, new: next, provider }: StepMetadata): TornResource {
  const shown = next ?? old;
  const inputs = Object.entries(shown?.inputs ?? {}).filter(([, value]) => !containsSecret(value));
  const id = op.startsWith("create") ? undefined : old?.id;
  return {
    urn,
    type,
    inputs: Object.fromEntries(inputs),
    ...(id === undefined || id === "" ? {} : { id }),
    ...(op === "create-replacement" ? { replaces: true } : {}),
    ...(shown?.parent === undefined || shown.parent === "" ? {} : { parent: shown.parent }),
    ...(provider === undefined || provider === "" ? {} : { provider }),
  };
}
