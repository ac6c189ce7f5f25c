/** Why a request is not let in. */
export type LimitedBy =
  /** What this minute or hour has room for is used up, by stacks of this machine and by others. */
  | "minute"
  | "hour"
  /** The API said itself for how long it wants to be left alone. */
  | "provider"
  /** Other stacks come first. */
  | "turn";

/** The account may not be asked as soon as would be waited for. Nothing was sent. */
export class RateLimitReached extends Error {
  override readonly name = "RateLimitReached";
  readonly code = "RATE_LIMIT_REACHED";

  constructor(
    readonly account: string,
    readonly forStack: string,
    readonly by: LimitedBy,
    /** When the next request will be let in, as far as is known. */
    readonly until: Date,
  ) {
    super(
      `The cloud account ${account} may not be asked before ${until.toISOString()}: ${why[by]} ` +
        "Nothing was sent. Run the command again after that; what was done before is kept.",
    );
  }
}

const why: Readonly<Record<LimitedBy, string>> = {
  minute: "what its API allows in a minute is used up.",
  hour: "what its API allows in an hour is used up. See what else asks it so often: `deploy4me doctor` says how much is not from here.",
  provider: "its API wants to be left alone until then.",
  turn: "other stacks of the account come first.",
};

/** The file in which the processes of this machine keep count can't be used. Nothing was sent. */
export class PacingUnavailable extends Error {
  override readonly name = "PacingUnavailable";
  readonly code = "PACING_UNAVAILABLE";

  constructor(
    readonly file: string,
    cause: unknown,
  ) {
    super(
      `Requests can't be counted in ${file}: ${cause instanceof Error ? cause.message : String(cause)}. ` +
        "Nothing was sent. See whether the disk is full or the file belongs to somebody else; it may be removed while nothing of Deploy4Me runs.",
      { cause },
    );
  }
}

/** The guard ends, and requests that waited for their turn are not sent. */
export class PacingClosed extends Error {
  override readonly name = "PacingClosed";
  readonly code = "PACING_CLOSED";

  constructor() {
    super("The guard ends: a request that waited for its turn was not sent.");
  }
}
