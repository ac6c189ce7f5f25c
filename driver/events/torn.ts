import { containsSecret } from "./changes";
import type { EngineEvent, StepMetadata } from "./engine-event";

/** A creation that was begun and of which nobody knows how it ended. */
export interface TornCreation {
  readonly urn: string;
  readonly type: string;
  readonly parent?: string | undefined;
  readonly provider?: string | undefined;
  /** As the program gave them; secret ones are left out. */
  readonly inputs: Readonly<Record<string, unknown>>;
}

/**
 * A provider that dies answers nothing, and the engine takes that for a failure: it forgets the resource, which may be
 * there. These are gRPC's words for a connection that broke; an answer of a provider has none of them.
 */
const broken = /error reading from server|transport is closing|code = Unavailable|connection (?:refused|reset)/i;

const creations = new Set(["create", "create-replacement"]);

/** Looks for creations whose provider died. */
export class TornCreations {
  private readonly suspect = new Set<string>();
  private readonly found = new Map<string, TornCreation>();

  look({ diagnosticEvent, resOpFailedEvent }: EngineEvent): void {
    if (
      diagnosticEvent?.severity === "error" &&
      diagnosticEvent.urn !== undefined &&
      broken.test(diagnosticEvent.message)
    )
      this.suspect.add(diagnosticEvent.urn);
    const metadata = resOpFailedEvent?.metadata;
    if (metadata !== undefined && creations.has(metadata.op) && this.suspect.has(metadata.urn))
      this.found.set(metadata.urn, tornOf(metadata));
  }

  get all(): readonly TornCreation[] {
    return [...this.found.values()];
  }
}

function tornOf({ urn, type, new: next, provider }: StepMetadata): TornCreation {
  const inputs = Object.entries(next?.inputs ?? {}).filter(([, value]) => !containsSecret(value));
  return {
    urn,
    type,
    inputs: Object.fromEntries(inputs),
    ...(next?.parent === undefined || next.parent === "" ? {} : { parent: next.parent }),
    ...(provider === undefined || provider === "" ? {} : { provider }),
  };
}
