import { z } from "zod";

import type { TornStep } from "./events/torn";
import type { Lease } from "./lease/lease";
import type { PendingOperation, StackState } from "./state/state";

const resourceSchema = z.object({
  urn: z.string(),
  type: z.string(),
  id: z.string().optional(),
  parent: z.string().optional(),
  provider: z.string().optional(),
  replaces: z.boolean().optional(),
  inputs: z.record(z.string(), z.unknown()),
});
const keptSchema = z.object({
  torn: z.array(z.object({ type: z.enum(["creating", "updating", "deleting"]), resource: resourceSchema })),
  unread: z.array(z.string()),
  before: z.string().optional(),
  destroying: z.boolean().optional(),
});
type Kept = z.infer<typeof keptSchema>;

/**
 * What the engine's state does not show of operations that died: steps whose provider died; creations of a state that was replaced (an
 * import drops what is in flight); what was taken into the state and not read yet. It is kept with the stack's lease, where whoever comes
 * next finds it.
 */
export class Unfinished {
  private kept: Kept;

  constructor(private readonly lease: Pick<Lease, "kept" | "keep">) {
    const { data } = keptSchema.safeParse(lease.kept === undefined ? undefined : JSON.parse(lease.kept));
    this.kept = data ?? { torn: [], unread: [] };
  }

  /** What the operation before wanted to have kept before it began. */
  get before(): string | undefined {
    return this.kept.before;
  }

  /** Resources that have to be read before anything stands on them, by their URNs. */
  get unread(): readonly string[] {
    return this.kept.unread;
  }

  /** Whether a destruction began and did not come to its end. */
  get destroying(): boolean {
    return this.kept.destroying === true;
  }

  async destroys(begun: boolean): Promise<void> {
    if (begun !== this.destroying) await this.keep({ destroying: begun });
  }

  async add(torn: readonly TornStep[]): Promise<void> {
    const known = new Set(this.kept.torn.map(keyOf));
    const added = torn.filter((one) => !known.has(keyOf(one)));
    if (added.length > 0) await this.keep({ torn: [...this.kept.torn, ...added] });
  }

  async foreseen(before: string | undefined): Promise<void> {
    if (before !== this.kept.before) await this.keep({ before });
  }

  async owe(unread: readonly string[]): Promise<void> {
    if (unread.length > 0) await this.keep({ unread: [...new Set([...this.kept.unread, ...unread])] });
  }

  async read(): Promise<void> {
    if (this.kept.unread.length > 0) await this.keep({ unread: [] });
  }

  /** Everything of the stack that is in flight: what its state says, and what is kept here. */
  all({ resources, pending }: StackState): readonly PendingOperation[] {
    const said = new Set(pending.map(({ type, resource }) => `${type} ${resource.urn}`));
    const urns = new Set(resources.map(({ urn }) => urn));
    const kept = this.kept.torn.flatMap((one): PendingOperation[] => {
      const { type, resource } = one;
      if (said.has(keyOf(one))) return [];
      const { replaces = false, ...plain } = resource;
      if (type === "creating") {
        // Somebody has made it since.
        if (urns.has(resource.urn) && !replaces) return [];
        return [{ type, resource: { ...plain, custom: true } }];
      }
      const found = resources.find(({ urn, id }) => urn === resource.urn && id === resource.id);
      return found === undefined ? [] : [{ type, resource: found }];
    });
    return [...pending, ...kept];
  }

  /** It is known what became of them. */
  async settled(): Promise<void> {
    if (this.kept.torn.length > 0) await this.keep({ torn: [] });
  }

  private async keep(changed: Partial<Kept>): Promise<void> {
    this.kept = { ...this.kept, ...changed };
    const { torn, unread, before, destroying = false } = this.kept;
    const isEmpty = torn.length === 0 && unread.length === 0 && before === undefined && !destroying;
    await this.lease.keep(isEmpty ? undefined : JSON.stringify(this.kept));
  }
}

function keyOf({ type, resource }: TornStep): string {
  return `${type} ${resource.urn}`;
}

/** What an import of this state would forget. */
export function stepsIn({ pending, resources }: StackState): TornStep[] {
  const urns = new Set(resources.map(({ urn }) => urn));
  return pending.flatMap(({ type, resource: { urn, type: token, id, parent, inputs = {} } }) => {
    if (type !== "creating" && type !== "updating" && type !== "deleting") return [];
    const resource = {
      urn,
      type: token,
      inputs,
      ...(type === "creating" && urns.has(urn) ? { replaces: true } : {}),
      ...(type === "creating" || id === undefined ? {} : { id }),
      ...(parent === undefined ? {} : { parent }),
    };
    return [{ type, resource }];
  });
}
