import { containsSecret } from "./changes";
import type { EngineEvent, StepMetadata } from "./engine-event";

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

const steps: Readonly<Record<string, TornStep["type"]>> = {
  create: "creating",
  "create-replacement": "creating",
  update: "updating",
  delete: "deleting",
  "delete-replaced": "deleting",
};

/** Looks for steps whose provider died. */
export class TornSteps {
  private readonly suspect = new Set<string>();
  private readonly found = new Map<string, TornStep>();

  look({ diagnosticEvent, resOpFailedEvent }: EngineEvent): void {
    if (
      diagnosticEvent?.severity === "error" &&
      diagnosticEvent.urn !== undefined &&
      broken.test(diagnosticEvent.message)
    )
      this.suspect.add(diagnosticEvent.urn);
    const metadata = resOpFailedEvent?.metadata;
    const type = metadata === undefined ? undefined : steps[metadata.op];
    if (metadata !== undefined && type !== undefined && this.suspect.has(metadata.urn))
      this.found.set(`${type} ${metadata.urn}`, { type, resource: tornOf(metadata) });
  }

  get all(): readonly TornStep[] {
    return [...this.found.values()];
  }
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
