import { setTimeout as sleep } from "node:timers/promises";

import type { AccessToken } from "../connections/credentials";
import { accountSeen, type ConnectionReference, type CredentialsOf, oauthCredentials } from "./connection";
import { TokenRequestRefused, TokenRequestUnanswered } from "./errors";
import type { Grant } from "./grant";
import { asked, claimed, type Failure, failed, isHeld, nextStep, noRenewal, type Renewal, type Wish } from "./renewal";
import { ConnectionNotFound, messageOf, VaultUnavailable } from "./vault/errors";
import type { Change, Entry, Vault } from "./vault/vault";

/** The provider's side of a renewal: an OAuth client for the application that the account's owner consented to. */
export interface TokenEndpoint {
  /**
   * Sends one request, and no second one.
   * @throws TokenRequestRefused
   * @throws TokenRequestUnanswered whose `applied` tells whether the refresh token may be used up
   */
  refresh(refreshToken: string): Promise<Grant>;
  /** Ends tokens that nobody is to have. */
  revokeBoth?(tokens: Pick<Grant, "accessToken" | "refreshToken">): Promise<unknown>;
}

export interface RenewerOptions {
  /** Whom to ask for a new token. It has to give up well before `leaseMs` is over. */
  readonly endpoint: (of: Pick<OAuth, "clientId" | "apiUrl">) => TokenEndpoint | Promise<TokenEndpoint>;
  /** What tokens run out by. Default: this machine's clock. */
  readonly clock?: () => Date;
  /** How long a renewal may take before others take this process for dead, in milliseconds. Default: 60,000. */
  readonly leaseMs?: number;
}

type OAuth = CredentialsOf<"digitalocean-oauth">;

/**
 * Renews a connection's token, once over all processes: takes the renewal on, writes that it is about to ask, asks, and
 * writes what came of it. Wherever it is cut off, the next who comes knows whether the refresh token may be used up. If it may,
 * it is sent once more: that is the only way to know, and it can do no harm, since whatever came of the first time is lost.
 */
export class Renewer {
  private readonly leaseMs: number;
  private readonly clock: () => Date;
  /** Came from the provider, and could not be written down yet. */
  #unsaved: Came | undefined;

  constructor(
    private readonly vault: Vault,
    private readonly reference: ConnectionReference,
    private readonly options: RenewerOptions,
  ) {
    this.leaseMs = options.leaseMs ?? 60_000;
    this.clock = options.clock ?? (() => new Date());
  }

  /**
   * Renews the token if it is still to be renewed, and writes down what came of it: read the entry afterwards.
   * @returns `elsewhere` when somebody else was faster; an error when nothing came of it
   */
  async renew({ credentials }: Entry, wish: Wish): Promise<"settled" | "elsewhere" | Error> {
    if (credentials.kind !== "digitalocean-oauth") return "elsewhere";
    const fence = await this.claim(wish);
    if (fence === undefined) return "elsewhere";
    let endpoint: TokenEndpoint;
    try {
      endpoint = await this.inTime(Promise.resolve(this.options.endpoint(credentials)));
    } catch (error) {
      return this.fail(fence, error, { applied: "no", problem: messageOf(error) });
    }
    const used = await this.announce(fence);
    if (used === undefined) return "elsewhere";
    const forced = wish.refused !== undefined;
    const answer = endpoint.refresh(used);
    try {
      await this.save(endpoint, { grant: await this.inTime(answer), used, forced });
      return "settled";
    } catch (error) {
      if (error instanceof TooLate) this.saveLater(endpoint, answer, used, forced);
      if (this.#unsaved !== undefined || error instanceof ConnectionNotFound) throw error;
      if (!(error instanceof TokenRequestRefused && error.error === "invalid_grant"))
        return this.fail(fence, error, failureOf(error));
      await this.refuse(fence, used);
      return "settled";
    }
  }

  /** The token that came from the provider and could not be written down yet. */
  get unsavedToken(): AccessToken | undefined {
    const grant = this.#unsaved?.grant;
    return grant && { value: grant.accessToken, ...(grant.expires === undefined ? {} : { expires: grant.expires }) };
  }

  /** Tries again to write down what came from the provider when the vault could not be reached. */
  async saveWhatIsNot(): Promise<void> {
    if (this.#unsaved !== undefined) await this.store(this.#unsaved);
  }

  /** @returns the fence, or undefined when somebody else was faster */
  private claim(wish: Wish): Promise<number | undefined> {
    return this.vault.update(this.reference, (entry) => {
      const { credentials } = entry;
      if (credentials.kind !== "digitalocean-oauth") return { result: undefined };
      if (nextStep({ ...entry, credentials }, wish).kind !== "renew") return { result: undefined };
      const renewal = claimed(entry, this.leaseMs);
      return { change: { renewal }, result: renewal.fence };
    });
  }

  /** Writes down that the request is about to leave. @returns the refresh token, or undefined when the claim is lost */
  private announce(fence: number): Promise<string | undefined> {
    return this.vault.update(this.reference, (entry) => {
      const { credentials, renewal } = entry;
      if (!isHeld(renewal, fence) || credentials.kind !== "digitalocean-oauth") return { result: undefined };
      return { change: { renewal: asked(entry, this.leaseMs) }, result: credentials.refreshToken };
    });
  }

  /** The provider takes the refresh token no longer. If an answer was lost, then because that one used it up. */
  private async refuse(fence: number, used: string): Promise<void> {
    await this.vault.update(this.reference, ({ credentials, renewal }) => {
      const isSame = credentials.kind === "digitalocean-oauth" && credentials.refreshToken === used;
      if (!isSame || !isHeld(renewal, fence)) return { result: undefined };
      const reason = renewal.doubt ? "answer-lost" : "refused";
      return { change: { state: { state: "reconnect", reason }, renewal: settled(renewal) }, result: undefined };
    });
  }

  private async fail(fence: number, error: unknown, failure: Failure): Promise<Error> {
    await this.vault.update(this.reference, (entry) => ({
      ...(isHeld(entry.renewal, fence) ? { change: { renewal: failed(entry, failure) } } : {}),
      result: undefined,
    }));
    return error instanceof Error ? error : new Error(failure.problem);
  }

  /** Nobody but this process has the new tokens, and the old ones are void: it does not give up soon. */
  private async save(endpoint: TokenEndpoint, came: Came): Promise<void> {
    this.#unsaved = came;
    for (let attempt = 0; ; attempt++) {
      try {
        if ((await this.store(came)) === "superseded") await giveBack(endpoint, came.grant);
        return;
      } catch (error) {
        if (error instanceof ConnectionNotFound) {
          this.#unsaved = undefined;
          await giveBack(endpoint, came.grant);
        }
        if (!(error instanceof VaultUnavailable) || attempt === saveAttempts) throw error;
        await sleep(Math.min(100 * 2 ** attempt, 2000));
      }
    }
  }

  /** An answer that nobody waited for any longer is the right one all the same. */
  private saveLater(endpoint: TokenEndpoint, answer: Promise<Grant>, used: string, forced: boolean): void {
    answer.then((grant) => this.save(endpoint, { grant, used, forced })).catch(() => undefined);
  }

  /**
   * Whoever holds the claim meanwhile, and whatever they think of the refresh token: this is what came of it. Only when a
   * person has connected anew or disconnected, it is out of date.
   */
  private async store(came: Came): Promise<"stored" | "superseded"> {
    const { grant, used, forced } = came;
    const result = await this.vault.update(this.reference, (entry) => {
      const { connection, credentials, renewal, at } = entry;
      const isSame = credentials.kind === "digitalocean-oauth" && credentials.refreshToken === used;
      if (!isSame || connection.reason === "disconnected") return { result: "superseded" as const };
      const change: Change = {
        credentials: oauthCredentials(grant, credentials),
        ...(grant.account === undefined ? {} : { account: accountSeen(grant.account, this.clock()) }),
        state: { state: "usable" },
        renewal: { ...settled(renewal), ...(forced ? { forced: at.toISOString() } : {}) },
      };
      return { change, result: "stored" as const };
    });
    this.#unsaved = undefined;
    return result;
  }

  private inTime<Result>(promise: Promise<Result>): Promise<Result> {
    const late = new AbortController();
    const end = sleep(this.leaseMs * 0.9, undefined, { signal: late.signal, ref: false }).then(() => {
      throw new TooLate();
    });
    return Promise.race([promise, end]).finally(() => {
      late.abort();
      end.catch(() => undefined);
    });
  }
}

/** What a refresh brought. */
interface Came {
  readonly grant: Grant;
  /** The refresh token that it was asked for with. */
  readonly used: string;
  readonly forced: boolean;
}

class TooLate extends Error {
  override readonly name = "TooLate";
  readonly code = "TOO_LATE";

  constructor() {
    super("DigitalOcean's authorization server took longer than its client allows.");
  }
}

/** About five seconds, all in all. */
const saveAttempts = 6;

function settled({ fence }: Renewal): Renewal {
  return { ...noRenewal, fence };
}

function failureOf(error: unknown): Failure {
  const problem = messageOf(error);
  if (error instanceof TokenRequestRefused) return { applied: "no", problem };
  if (!(error instanceof TokenRequestUnanswered)) return { applied: "unknown", problem };
  const { applied, retryAfter } = error;
  return { applied, problem, retryAfterMs: retryAfter === undefined ? undefined : retryAfter * 1000 };
}

/** If it fails, they run out by themselves. */
async function giveBack(endpoint: TokenEndpoint, grant: Grant): Promise<void> {
  await endpoint.revokeBoth?.(grant).catch(() => undefined);
}
