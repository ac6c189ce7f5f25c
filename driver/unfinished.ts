import { z } from "zod";

import type { TornCreation } from "./events/torn";
import type { Lease } from "./lease/lease";
import type { PendingOperation, StackState } from "./state/state";

const keptSchema = z.array(
  z.object({
    urn: z.string(),
    type: z.string(),
    parent: z.string().optional(),
    provider: z.string().optional(),
    inputs: z.record(z.string(), z.unknown()),
  }),
);

/**
 * Creations of which nobody knows how they ended, and which the engine's state does not show: those whose provider died,
 * and those of a state that was replaced (an import drops what is in flight). They are kept with the stack's lease, where
 * whoever comes next finds them.
 */
export class Unfinished {
  private known: readonly TornCreation[];

  constructor(private readonly lease: Pick<Lease, "kept" | "keep">) {
    const { data } = keptSchema.safeParse(lease.kept === undefined ? [] : JSON.parse(lease.kept));
    this.known = data ?? [];
  }

  async add(torn: readonly TornCreation[]): Promise<void> {
    const urns = new Set(this.known.map(({ urn }) => urn));
    const added = torn.filter(({ urn }) => !urns.has(urn));
    if (added.length === 0) return;
    this.known = [...this.known, ...added];
    await this.lease.keep(JSON.stringify(this.known));
  }

  /** Everything of the stack that is in flight: what its state says, and what is kept here. */
  all({ resources, pending }: StackState): readonly PendingOperation[] {
    const known = new Set([...resources.map(({ urn }) => urn), ...pending.map(({ resource }) => resource.urn)]);
    const kept = this.known.filter(({ urn }) => !known.has(urn));
    return [...pending, ...kept.map((one) => ({ type: "creating", resource: { ...one, custom: true } }))];
  }

  /** It is known what became of them. */
  async settled(): Promise<void> {
    if (this.known.length === 0) return;
    this.known = [];
    await this.lease.keep(undefined);
  }
}

/** What an import of this state would forget. */
export function creationsIn({ pending }: StackState): TornCreation[] {
  return pending
    .filter(({ type }) => type === "creating")
    .map(({ resource: { urn, type, parent, inputs = {} } }) => ({
      urn,
      type,
      inputs,
      ...(parent === undefined ? {} : { parent }),
    }));
}
