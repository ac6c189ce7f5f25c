import { DriverError } from "../errors";
import { nameOfUrn, shortName } from "../events/translation";
import { nameOf, type StackId } from "../stack-id";

/** What the cloud has can't be found out. */
export class InventoryUnavailable extends DriverError {
  override readonly name = "InventoryUnavailable";
  readonly code = "INVENTORY_UNAVAILABLE";

  constructor(why: string, options?: ErrorOptions) {
    super(
      `what the cloud has can't be found out: ${why} Nothing was changed. Run the operation again when the cloud answers.`,
      options,
    );
  }
}

/** Several could be what an operation that died has made. */
export class AmbiguousCreation extends DriverError {
  override readonly name = "AmbiguousCreation";
  readonly code = "AMBIGUOUS_CREATION";

  constructor(
    readonly stackId: StackId,
    readonly urn: string,
    /** Where they are: `/v2/reserved_ips/203.0.113.5`, or at AWS their ids: `vpc-0123456789abcdef0`. */
    readonly places: readonly string[],
  ) {
    super(
      `an operation of ${nameOf(stackId)} died while it made ${shortName(nameOfUrn(urn))}, and each of ${places.join(" and ")} ` +
        "may be that: none is taken, and nothing was started. Remove those that nobody needs, then run the operation again.",
    );
  }
}
