/** A short-lived secret that a cloud's API takes. Never printed, never written down by who is handed it. */
export interface AccessToken {
  readonly value: string;
  /** When the provider stops taking it; absent when nothing is known of that, as of a plain API token. */
  readonly expires?: Date;
}

/** Where a connection's current token comes from. Whoever sends requests asks before each: the answer is kept in memory. */
export interface TokenSource {
  /**
   * The token to use now, renewed beforehand when it nears its end.
   * @throws ReconnectNeeded when none can be had without a person
   */
  current(signal?: AbortSignal): Promise<AccessToken>;
  /**
   * Another token than the one that the API has just refused: what somebody else has renewed meanwhile, or a new one.
   * @throws ReconnectNeeded when there is none, as for a plain API token
   */
  replacement(refused: AccessToken, signal?: AbortSignal): Promise<AccessToken>;
}

/** Why a connection can't go on by itself. */
export type ReconnectReason =
  /** The provider no longer takes the token, and gives no other. */
  | "refused"
  /** The provider may have renewed the token, but its answer never arrived: the old one is void and the new one unknown. */
  | "answer-lost"
  /** It was disconnected here. */
  | "disconnected";

/** A person has to connect the account again. */
export class ReconnectNeeded extends Error {
  override readonly name = "ReconnectNeeded";
  readonly code = "RECONNECT_NEEDED";

  constructor(
    /** The connection, by its name. */
    readonly connection: string,
    readonly reason: ReconnectReason,
    { provider = "DigitalOcean", ...options }: ErrorOptions & { readonly provider?: "DigitalOcean" | "AWS" } = {},
  ) {
    const command = `deploy4me connect ${provider.toLowerCase()}`;
    super(
      `The connection «${connection}» has to be made anew: ${why[reason].replace("{provider}", provider)} Run: ${command}`,
      options,
    );
  }
}

const why: Readonly<Record<ReconnectReason, string>> = {
  refused: "{provider} no longer takes what it is let in with, and gives nothing else.",
  "answer-lost":
    "its token was being renewed when the answer was lost, so the old token is void and the new one never arrived.",
  disconnected: "it was disconnected.",
};
