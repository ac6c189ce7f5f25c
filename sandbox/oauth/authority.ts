import type { Clock } from "../clock";
import { effectiveScopes } from "./scopes";
import { hashOf } from "./secrets";
import type { Account, OAuthState, Token } from "./state";
import type { OAuthStore } from "./store";
import { forgetOldOnes, isLive, issueToken, revoke } from "./tokens";

export interface AuthorityOptions {
  readonly store: OAuthStore;
  readonly clock: Clock;
  readonly account: Account;
  /** The granular scopes that can be granted, such as `droplet:read`, beside `read` and `write`. */
  readonly scopes: ReadonlySet<string>;
}

/** Who an API call is from, as its token says. */
export interface TokenHolder {
  readonly id: string;
  readonly scopes: "all" | readonly string[];
  /** UUID of the team the token is for. */
  readonly team: string;
}

/**
 * The authorization server's state, and the one way to change it. A change is made on a copy, on the disk, and only then
 * seen; nothing is awaited meanwhile, so that of two requests at the same moment one is first.
 */
export class Authority {
  readonly clock: Clock;
  readonly account: Account;
  readonly scopes: ReadonlySet<string>;
  private readonly store: OAuthStore;
  private current!: OAuthState;
  private byHash!: ReadonlyMap<string, Token>;

  constructor({ store, clock, account, scopes }: AuthorityOptions) {
    this.store = store;
    this.clock = clock;
    this.account = account;
    this.scopes = scopes;
    this.see(store.read());
  }

  /** What everybody may see. Only {@link change} changes it. */
  get state(): Readonly<OAuthState> {
    return this.current;
  }

  /** @param edit works on a copy; when it throws, nothing has happened */
  change<Result>(edit: (draft: OAuthState, now: Date) => Result): Result {
    const draft = structuredClone(this.current);
    const now = this.clock.now();
    forgetOldOnes(draft, now);
    const result = edit(draft, now);
    this.store.write(draft);
    this.see(draft);
    return result;
  }

  /** @returns undefined when the token is unknown, has run out or was revoked */
  authenticate(access: string): TokenHolder | undefined {
    const token = this.findToken(access);
    if (token === undefined) return undefined;
    return { id: token.id, scopes: effectiveScopes(token.scopes), team: token.teamUuid };
  }

  /** @returns undefined when there is none that is good for anything */
  findToken(access: string): Token | undefined {
    const token = this.byHash.get(hashOf(access));
    return token !== undefined && isLive(token, this.clock.now()) ? token : undefined;
  }

  /** @returns false when there is no token of that name, it is revoked already, or it is the sandbox's own */
  revoke(id: string): boolean {
    return this.change((draft, now) => {
      const token = draft.tokens.find((one) => one.id === id);
      if (token === undefined || token.revokedAt !== undefined || token.own === true) return false;
      revoke(token, now);
      return true;
    });
  }

  /** Lets the sandbox's own token in, which may do everything. One that was its own before is so no longer. */
  adopt(access: string): void {
    if (this.findToken(access)?.own === true) return;
    const [team] = this.account.teams;
    if (team === undefined) throw new Error("an account has a team");
    const about = {
      name: "the sandbox's own",
      kind: "personal",
      own: true,
      scopes: "all",
      refreshable: false,
    } as const;
    this.change((draft, now) => {
      for (const token of draft.tokens) if (token.own === true) revoke(token, now);
      issueToken(draft, { ...about, teamUuid: team.uuid }, now, access);
    });
  }

  private see(state: OAuthState): void {
    this.current = state;
    this.byHash = new Map(state.tokens.map((token) => [token.accessHash, token]));
  }
}
