import { nameOfUrn, shortName } from "../events/translation";
import { PendingOperations, type Recovery, type RecoveryContext } from "../pending";
import type { PendingOperation, StackState } from "../state/state";
import { repeatable } from "./kinds";
import { edited } from "./state-edits";

/**
 * Settles what an operation on AWS left in flight, as far as that needs nobody to look for anything: what was being changed or deleted is
 * read anew, and what is only in the state or on a machine is made once more. What was being made at AWS itself is refused by its name: AWS
 * may have made it, and would make it a second time.
 */
export class AwsRecovery implements Recovery {
  readable({ resources }: StackState): readonly string[] {
    return resources.filter(({ type, id }) => type.startsWith("aws:") && id !== undefined).map(({ urn }) => urn);
  }

  /** @throws PendingOperations */
  async settle(pending: readonly PendingOperation[], context: RecoveryContext): Promise<void> {
    const atAws = pending.filter(({ resource: { type } }) => !repeatable.some((one) => one.test(type)));
    const refused = atAws.filter(({ type, resource }) => type === "creating" || !resource.type.startsWith("aws:"));
    if (refused.length > 0)
      throw new PendingOperations(
        context.stack,
        refused.map(({ type, resource: { urn } }) => ({ operation: type, urn })),
      );
    const reread = atAws.map(({ resource: { urn } }) => urn);
    await context.replaceState(edited(context.state, { adopted: [], removed: [] }), reread);
    for (const { type, resource } of atAws)
      context.note(`${shortName(nameOfUrn(resource.urn))} was in flight (${type}): it is read anew.`);
  }
}
