import { randomBytes } from "node:crypto";

import type { Application } from "./applications";
import { Authorization, type Authorized } from "./authorization/authorization";
import { MemoryPendingAuthorizations } from "./authorization/memory-store";
import type { OAuthClientOptions } from "./digitalocean/client";
import { CallbackRejected } from "./errors";
import { openLoopback } from "./loopback";
import { granted, notConnected } from "./loopback-pages";

export interface LoopbackAuthorizationOptions extends OAuthClientOptions {
  readonly application: Application;
  readonly scopes: readonly string[];
  /** Sends the account's owner there. */
  readonly present: (links: LoopbackLinks) => void | Promise<void>;
  /** How long the account's owner may take, in milliseconds. Default: ten minutes. */
  readonly patienceMs?: number;
}

export interface LoopbackLinks {
  /** For reading, copying and following. */
  readonly link: string;
  /** Leads to it, once: for handing to a browser by its command line, which everybody on the machine can read. */
  readonly opener: string;
}

/**
 * Asks the account's owner, whose browser is on this machine, and takes the answer on loopback.
 * @throws LoopbackUnavailable, LoopbackTimeout
 * @throws what {@link Authorization.complete} throws
 */
export async function authorizeOnLoopback(options: LoopbackAuthorizationOptions): Promise<Authorized> {
  const { application, scopes, present, patienceMs } = options;
  const authorization = new Authorization({
    ...options,
    pending: new MemoryPendingAuthorizations(),
    applications: [application],
  });
  const receiver = await openLoopback(application, patienceMs);
  try {
    const session = randomBytes(32).toString("base64url");
    const { redirectUri } = receiver;
    const { url } = await authorization.begin({ application, session, redirectUri, scopes });
    let outcome: Authorized | Error | undefined;
    const received = receiver.receive(async (parameters) => {
      outcome = await authorization.complete({ session, redirectUri, parameters }).catch(asError);
      if (!(outcome instanceof Error)) return { page: granted, final: true };
      return { page: notConnected(outcome.message), final: !isSomebodyElse(outcome) };
    });
    await Promise.all([received, present({ link: url, opener: receiver.leadTo(url) })]);
    if (outcome === undefined || outcome instanceof Error) throw outcome ?? new Error("nobody was waited for");
    return outcome;
  } finally {
    await receiver.close();
  }
}

/** Whether a request was not the answer that is waited for: any page in the browser can send one here. */
function isSomebodyElse(error: Error): boolean {
  return error instanceof CallbackRejected && ["malformed", "unknown-state"].includes(error.reason);
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}
