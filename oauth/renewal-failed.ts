/** A token could not be renewed, and there is none that could be used meanwhile. It can pass by itself. */
export class RenewalFailed extends Error {
  override readonly name = "RenewalFailed";
  readonly code = "RENEWAL_FAILED";

  constructor(
    /** By its name. */
    readonly connection: string,
    /** As a sentence, without a secret. */
    problem: string,
    /** Before then it is not tried again; absent: at any time. */
    readonly retryAt: Date | undefined,
    options?: ErrorOptions,
  ) {
    super(`The token of the connection «${connection}» could not be renewed: ${problem}`, options);
  }
}
