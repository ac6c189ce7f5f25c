import { setTimeout as sleep } from "node:timers/promises";

import { type AccessToken, ReconnectNeeded, type TokenSource } from "../connections/credentials";
import type { Connection, ConnectionReference } from "./connection";
import { isAlive, nextStep, type RenewalTiming, type Step, tokenOf } from "./renewal";
import { RenewalFailed } from "./renewal-failed";
import { Renewer, type RenewerOptions } from "./renewer";
import { VaultUnavailable } from "./vault/errors";
import type { Entry, Vault } from "./vault/vault";

export type { TokenEndpoint } from "./renewer";

export interface TokensOptions extends RenewerOptions {
  readonly timing?: RenewalTiming;
  /** How long to wait for another process that is renewing the token, in milliseconds. Default: 45,000. */
  readonly waitMs?: number;
}

/** A connection of a kind that signs its requests has no token to hand out. */
export class NoTokenToGive extends Error {
  override readonly name = "NoTokenToGive";
  readonly code = "NO_TOKEN_TO_GIVE";

  constructor({ name, kind }: Connection) {
    super(`the connection «${name}» is of the kind ${kind}, which has no token: requests to AWS are signed instead.`);
  }
}

/**
 * The current token of a connection, renewed before it runs out: once, however many processes ask for it, because a refresh
 * token works once. What it gives is kept in memory until it nears its end.
 * @example
 * const tokens = connectionTokens(vault, await vault.find(localTenant, "main"), { endpoint });
 * const { value } = await tokens.current();
 */
export function connectionTokens(
  vault: Vault,
  { tenant, id }: ConnectionReference,
  options: TokensOptions,
): TokenSource {
  return new ConnectionTokens(vault, { tenant, id }, options);
}

interface Kept {
  readonly token: AccessToken;
  /** From then on the vault is asked again; absent: never. */
  readonly until?: Date;
}

class ConnectionTokens implements TokenSource {
  private readonly renewer: Renewer;
  private readonly clock: () => Date;
  private readonly waitMs: number;
  /** Private to the language, so that nothing prints it. */
  #kept: Kept | undefined;
  private flight: Promise<AccessToken> | undefined;

  constructor(
    private readonly vault: Vault,
    private readonly reference: ConnectionReference,
    private readonly options: TokensOptions,
  ) {
    this.renewer = new Renewer(vault, reference, options);
    this.clock = options.clock ?? (() => new Date());
    this.waitMs = options.waitMs ?? 45_000;
  }

  async current(signal?: AbortSignal): Promise<AccessToken> {
    signal?.throwIfAborted();
    const kept = this.#kept;
    if (kept !== undefined && (kept.until === undefined || this.clock() < kept.until)) return kept.token;
    return waitFor(this.flight ?? this.start(undefined), signal);
  }

  async replacement(refused: AccessToken, signal?: AbortSignal): Promise<AccessToken> {
    signal?.throwIfAborted();
    const [kept, flight] = [this.#kept, this.flight];
    if (kept !== undefined && kept.token.value !== refused.value) return kept.token;
    if (flight !== undefined) {
      const token = await waitFor(flight, signal);
      if (token.value !== refused.value) return token;
    }
    return waitFor(this.flight ?? this.start(refused.value), signal);
  }

  /** One search for a token serves all who ask meanwhile; none of them can call it off for the others. */
  private start(refused: string | undefined): Promise<AccessToken> {
    const flight = this.search(refused).finally(() => {
      if (this.flight === flight) this.flight = undefined;
    });
    this.flight = flight;
    return flight;
  }

  private async search(refused: string | undefined): Promise<AccessToken> {
    try {
      return await this.searchInVault(refused);
    } catch (error) {
      const { unsavedToken } = this.renewer;
      if (unsavedToken === undefined && !(error instanceof VaultUnavailable)) throw error;
      return this.fallBack(refused, unsavedToken ?? this.#kept?.token, error);
    }
  }

  private async searchInVault(refused: string | undefined): Promise<AccessToken> {
    const end = Date.now() + this.waitMs;
    await this.renewer.saveWhatIsNot();
    let renewed = false;
    for (let pause = 20; ; pause = Math.min(pause * 2, 250)) {
      const entry = await this.vault.read(this.reference);
      const step = this.stepFor(entry, refused);
      switch (step.kind) {
        case "use":
          return this.keep(step.token, step.until);
        case "reconnect":
          throw new ReconnectNeeded(entry.connection.name, step.reason);
        case "rest":
          return this.fallBack(refused, currentOf(entry), failure(entry, step.problem, step.retryAt));
        case "wait":
          if (Date.now() >= end) return this.fallBack(refused, currentOf(entry), failure(entry, elsewhere));
          await sleep(pause);
          break;
        case "renew": {
          // A token that is to be renewed as soon as it is there lives shorter than a renewal takes.
          if (renewed) return this.fallBack(refused, currentOf(entry), failure(entry, tooShort));
          const wish = { now: this.clock(), refused, timing: this.options.timing };
          const result = await this.renewer.renew(entry, wish);
          if (result instanceof Error)
            return this.fallBack(refused, currentOf(entry), failure(entry, result.message, undefined, result));
          renewed = result === "settled";
        }
      }
    }
  }

  private stepFor({ connection, credentials, ...entry }: Entry, refused: string | undefined): Step {
    switch (credentials.kind) {
      case "digitalocean-oauth":
        return nextStep(
          { connection, credentials, ...entry },
          { now: this.clock(), refused, timing: this.options.timing },
        );
      case "digitalocean-token": {
        if (connection.state === "reconnect") return { kind: "reconnect", reason: connection.reason ?? "refused" };
        const { token: value, expires } = credentials;
        const token = { value, ...(expires === undefined ? {} : { expires: new Date(expires) }) };
        if (value === refused || !isAlive(token, this.clock())) return { kind: "reconnect", reason: "refused" };
        return { kind: "use", token, ...(token.expires === undefined ? {} : { until: token.expires }) };
      }
      default:
        throw new NoTokenToGive(connection);
    }
  }

  /** The token that is there, while it lives; otherwise what keeps it from being renewed. */
  private fallBack(refused: string | undefined, token: AccessToken | undefined, error: unknown): AccessToken {
    const now = this.clock();
    if (token === undefined || token.value === refused || !isAlive(token, now)) throw error;
    return this.keep(token, new Date(now.getTime() + fallBackMs));
  }

  private keep(token: AccessToken, until: Date | undefined): AccessToken {
    this.#kept = { token, ...(until === undefined ? {} : { until }) };
    return token;
  }
}

/** How long an old token is handed out without looking whether it can be renewed again: 5 seconds, in milliseconds. */
const fallBackMs = 5000;

const elsewhere = "another process is at it and does not come to an end.";
const tooShort = "what DigitalOcean gives runs out before it can be used.";

function failure({ connection }: Entry, problem: string, retryAt?: Date, cause?: unknown): RenewalFailed {
  return new RenewalFailed(connection.name, problem, retryAt, cause === undefined ? undefined : { cause });
}

function currentOf({ credentials }: Entry): AccessToken | undefined {
  return credentials.kind === "digitalocean-oauth" ? tokenOf(credentials) : undefined;
}

/** Waits for what goes on by itself, unless the signal says not to. */
function waitFor<Result>(promise: Promise<Result>, signal: AbortSignal | undefined): Promise<Result> {
  if (signal === undefined) return promise;
  return new Promise((resolve, reject) => {
    const abort = (): void => {
      // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors -- what the caller called it off with
      reject(signal.reason);
    };
    signal.addEventListener("abort", abort, { once: true });
    if (signal.aborted) abort();
    void promise.then(resolve, reject).finally(() => {
      signal.removeEventListener("abort", abort);
    });
  });
}
