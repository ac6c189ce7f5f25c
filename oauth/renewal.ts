import { z } from "zod";

/**
 * How far the renewal of a connection's token is, as every process sees it. It lies beside the sealed credentials, in
 * plain: nothing of it is secret.
 */
export const renewalSchema = z.object({
  /** Raised each time that somebody takes the renewal on: who holds an older one has lost it. */
  fence: z.number().int().nonnegative(),
  /** Who is at it; absent when nobody is. */
  claim: z
    .object({
      owner: z.string().min(1).max(200),
      /** `claimed`: nothing was sent. `asked`: the request may have left, and the refresh token may be used up. */
      phase: z.enum(["claimed", "asked"]),
      /** By the store's clock: from then on the owner is taken for dead. */
      until: z.iso.datetime(),
    })
    .exactOptional(),
  /** A request left and its answer is not known: the refresh token may be used up. */
  doubt: z.boolean(),
  /** Attempts in a row that came to nothing. */
  failures: z.number().int().nonnegative(),
  /** By the store's clock: not before then. */
  retryAt: z.iso.datetime().exactOptional(),
});
export type Renewal = z.infer<typeof renewalSchema>;

export const noRenewal: Renewal = { fence: 0, doubt: false, failures: 0 };
