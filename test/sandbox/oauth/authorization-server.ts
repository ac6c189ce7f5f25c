import { createHash, randomBytes } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import type { FastifyInstance } from "fastify";

import { ManualClock } from "../../../sandbox/clock";
import { addApplication, type NewApplication } from "../../../sandbox/oauth/applications";
import { Authority } from "../../../sandbox/oauth/authority";
import { buildOAuth } from "../../../sandbox/oauth/server";
import type { Account } from "../../../sandbox/oauth/state";
import { oauthFileStore } from "../../../sandbox/oauth/store";
import { Browser } from "./browser";

export const account: Account = {
  number: 1,
  uuid: "0c9a5d5e-6c0b-4f5e-9d0c-000000000001",
  name: "Sandbox",
  email: "owner@deploy4me.example",
  teams: [
    { uuid: "0c9a5d5e-6c0b-4f5e-9d0c-00000000000a", name: "My Team" },
    { uuid: "0c9a5d5e-6c0b-4f5e-9d0c-00000000000b", name: "Empty Team" },
  ],
};

export const knownScopes = new Set(["account:read", "droplet:read", "droplet:create", "ssh_key:read"]);

export const redirectUri = "https://client.example/callback";

/** An application with what it has to know. */
export interface Client {
  readonly id: string;
  readonly secret: string;
}

/** How a token endpoint answers. */
export interface TokenAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Readonly<Record<string, unknown>>;
}

/** The authorization server on a port of its own, with a clock that stands still, and two confidential clients. */
export class TestAuthorizationServer {
  readonly clock = new ManualClock(new Date("2026-01-01T12:00:00Z"));
  readonly log: string[] = [];
  readonly directory = mkdtempSync(join(tmpdir(), "deploy4me-oauth-"));
  authority!: Authority;
  origin = "";
  client!: Client;
  other!: Client;
  /** Set: the disk does not take anything. */
  diskFailure: Error | undefined;
  private app!: FastifyInstance;

  static async open(): Promise<TestAuthorizationServer> {
    const server = new TestAuthorizationServer();
    await server.start();
    server.client = server.register({ name: "Shop", redirectUris: [redirectUri] });
    server.other = server.register({ name: "Other", redirectUris: [redirectUri] });
    return server;
  }

  register(input: NewApplication): Client {
    const { application, clientSecret = "" } = this.authority.change((draft, now) =>
      addApplication(draft, input, now.toISOString()),
    );
    return { id: application.clientId, secret: clientSecret };
  }

  /** As when the daemon is killed and started again. */
  async restart(): Promise<void> {
    await this.app.close();
    await this.start();
  }

  async close(): Promise<void> {
    await this.app.close();
    rmSync(this.directory, { recursive: true });
  }

  /** @param parameters beside the usual ones, or instead of them; undefined: not at all */
  authorizeUrl(parameters: Readonly<Record<string, string | undefined>> = {}): string {
    const all: Record<string, string | undefined> = {
      response_type: "code",
      client_id: this.client.id,
      redirect_uri: redirectUri,
      ...parameters,
    };
    const query = new URLSearchParams();
    for (const [name, value] of Object.entries(all)) if (value !== undefined) query.set(name, value);
    return `${this.origin}/v1/oauth/authorize?${query.toString()}`;
  }

  /** Consents in a browser. */
  async code(parameters: Readonly<Record<string, string>> = {}): Promise<string> {
    const browser = new Browser();
    const page = await browser.open(this.authorizeUrl({ scope: "read write", ...parameters }));
    const { location } = await browser.submit(page, "authorize");
    const code = new URL(location).searchParams.get("code");
    if (code === null) throw new Error(`there is no code in ${location}`);
    return code;
  }

  /** What {@link code} is exchanged with. */
  exchangeOf(code: string, client = this.client): Record<string, string> {
    return {
      grant_type: "authorization_code",
      code,
      client_id: client.id,
      client_secret: client.secret,
      redirect_uri: redirectUri,
    };
  }

  post(
    path: string,
    parameters: Readonly<Record<string, string>>,
    headers?: Record<string, string>,
  ): Promise<TokenAnswer> {
    return this.call(path, { method: "POST", body: new URLSearchParams(parameters), ...(headers && { headers }) });
  }

  async call(path: string, request: RequestInit = {}): Promise<TokenAnswer> {
    const response = await fetch(`${this.origin}${path}`, { ...request, signal: AbortSignal.timeout(10_000) });
    const body = (await response.json()) as TokenAnswer["body"];
    return { status: response.status, headers: response.headers, body };
  }

  /** The tokens of a consent just given. */
  async tokens(parameters: Readonly<Record<string, string>> = {}): Promise<{ access: string; refresh: string }> {
    return tokensIn(await this.post("/v1/oauth/token", this.exchangeOf(await this.code(parameters))));
  }

  refresh(
    refresh: string,
    path = "/v1/oauth/token",
    more: Readonly<Record<string, string>> = {},
  ): Promise<TokenAnswer> {
    return this.post(path, { grant_type: "refresh_token", refresh_token: refresh, ...more });
  }

  isLetIn(access: string): boolean {
    return this.authority.authenticate(access) !== undefined;
  }

  private async start(): Promise<void> {
    const store = oauthFileStore(this.directory);
    this.authority = new Authority({
      store: {
        read: () => store.read(),
        write: (state) => {
          if (this.diskFailure !== undefined) throw this.diskFailure;
          store.write(state);
        },
      },
      clock: this.clock,
      account,
      scopes: knownScopes,
    });
    this.app = buildOAuth({ authority: this.authority, log: (line) => void this.log.push(line) });
    this.origin = await this.app.listen({ host: "127.0.0.1", port: 0 });
  }
}

export function tokensIn({ status, body }: TokenAnswer): { access: string; refresh: string } {
  const { access_token: access, refresh_token: refresh } = body;
  if (typeof access !== "string" || typeof refresh !== "string")
    throw new Error(`no tokens in ${status} ${JSON.stringify(body)}`);
  return { access, refresh };
}

export function pkce(): { readonly verifier: string; readonly challenge: Record<string, string> } {
  const verifier = randomBytes(32).toString("base64url");
  const code_challenge = createHash("sha256").update(verifier).digest("base64url");
  return { verifier, challenge: { code_challenge, code_challenge_method: "S256" } };
}

/** A refusal of the token endpoint. */
export function refusal({ status, body }: TokenAnswer): [number, unknown] {
  if ("access_token" in body) throw new Error("it was granted");
  return [status, body.error];
}
