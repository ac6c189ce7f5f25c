import { randomUUID } from "node:crypto";

import { ApiProblem, type Asked } from "../connections/problem";
import { LeasesUnavailable } from "./leases";

export type GuardProblemCode =
  /** The request carries no ticket of this guard's. */
  | "TICKET_UNKNOWN"
  /** The ticket is right, but its operation has ended. */
  | "LEASE_ENDED"
  /** Not a request that this guard sends on. */
  | "REQUEST_REFUSED"
  | "REQUEST_TOO_LARGE"
  /** The API refuses the token, the one that came in its place as well. */
  | "TOKEN_REFUSED"
  /** No token without a person. */
  | "RECONNECT_NEEDED"
  /** No token for now: whoever gives it did not answer. */
  | "TOKEN_UNAVAILABLE"
  /** 429 to the last, or what pacing leaves to the account is used up for longer than is waited for. */
  | "RATE_LIMITED"
  /** What is shared by the processes of this machine can't be read or written: requests are not counted, leases not known. */
  | "HOME_UNAVAILABLE"
  /** The API's own 5xx. */
  | "SERVER_ERROR"
  /** It wants to be asked elsewhere. */
  | "REDIRECTED"
  /** An answer without a field that we rely on. */
  | "API_CHANGED"
  /** It is not known whether something was made, and could not be found out. */
  | "CREATE_UNCONFIRMED"
  /** What an earlier request made, of which nobody was told, has the place of what is asked for now. */
  | "CREATE_LEFTOVER"
  /** What is created can't be written down, so that nothing may be. */
  | "JOURNAL_UNAVAILABLE"
  /** The API refuses a listing in which something was to be looked up. */
  | "LISTING_REFUSED"
  /** The guard ends. */
  | "CLOSING"
  | "INTERNAL";

/** Something that the guard answers itself. The message is a sentence that a person can act on and holds no secret. */
export class GuardProblem extends Error {
  override readonly name = "GuardProblem";
  /** Whether the API may have carried the request out although the client is not told so. */
  readonly ambiguous: boolean;
  /** Of the API's answer, where there was one. */
  readonly upstreamStatus?: number;
  /** Of the API's answer, for DigitalOcean's support. */
  readonly requestId?: string;

  constructor(
    readonly code: GuardProblemCode,
    message: string,
    details: {
      readonly ambiguous?: boolean;
      readonly upstreamStatus?: number;
      readonly requestId?: string | undefined;
      readonly cause?: unknown;
    } = {},
  ) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.ambiguous = details.ambiguous ?? false;
    if (details.upstreamStatus !== undefined) this.upstreamStatus = details.upstreamStatus;
    if (details.requestId !== undefined) this.requestId = details.requestId;
  }
}

export function leaseEnded(stack: string): GuardProblem {
  return new GuardProblem(
    "LEASE_ENDED",
    `The operation on the stack «${stack}» that this ticket belongs to has ended. Run the command again with: deploy4me exec`,
  );
}

/**
 * The status for a client. Official clients send a request again after 429, 5xx and a broken connection, a create as well; what the guard has
 * tried to its end already must not look like one of these. 424, Failed Dependency (RFC 4918, 11.4), is final to all of them.
 */
const statuses: Partial<Record<GuardProblemCode, number>> = {
  TICKET_UNKNOWN: 401,
  LEASE_ENDED: 403,
  REQUEST_REFUSED: 400,
  REQUEST_TOO_LARGE: 413,
};
export const failedDependency = 424;

export function statusOf(problem: GuardProblem | ApiProblem): number {
  return problem instanceof GuardProblem ? (statuses[problem.code] ?? failedDependency) : failedDependency;
}

/** In the form of DigitalOcean's own errors, so that every client shows the sentence. */
export function bodyOf(problem: GuardProblem | ApiProblem, id: string = randomUUID()): string {
  const requestId = (problem instanceof GuardProblem ? problem.requestId : problem.rayId) ?? id;
  return JSON.stringify({
    id: `deploy4me_${problem.code.toLowerCase()}`,
    message: problem.message,
    request_id: requestId,
  });
}

/** What nobody foresaw: its own words may hold anything, so the client is not told them. */
export function asProblem(error: unknown, asked: Asked): GuardProblem | ApiProblem {
  if (error instanceof GuardProblem || error instanceof ApiProblem) return error;
  if (error instanceof LeasesUnavailable) return new GuardProblem("HOME_UNAVAILABLE", error.message, { cause: error });
  return new GuardProblem(
    "INTERNAL",
    `The guard failed at ${asked.method} ${asked.path}. Run the command again; if it stays so, report it with the guard's log.`,
    { ambiguous: true, cause: error },
  );
}
