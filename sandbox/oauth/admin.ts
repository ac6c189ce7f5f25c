import type { FastifyInstance, FastifyRequest } from "fastify";
import { z } from "zod";

import { adminBody, AdminError } from "../admin/server";
import { isPublic } from "./applications";
import { registerApplication } from "./applications-file";
import type { Authority } from "./authority";
import { OAuthError } from "./errors";
import { parseScopes } from "./scopes";
import type { Application, Team, Token } from "./state";
import { isLive, issueToken } from "./tokens";

export interface OAuthAdmin {
  readonly authority: Authority;
  /** Where the applications' secrets are told to their owner. */
  readonly applicationsFile: string;
}

/** What the sandbox's owner does with applications and tokens, which at DigitalOcean is done in the control panel. */
export function oauthAdminRoutes(app: FastifyInstance, { authority, applicationsFile }: OAuthAdmin): void {
  app.get("/oauth/applications", () => ({
    secrets: applicationsFile,
    applications: authority.state.applications.map(applicationBody),
  }));

  app.post("/oauth/applications", (request, reply) => {
    const input = adminBody(request, newApplication);
    const application = refusedAs422(() => registerApplication(authority, applicationsFile, input));
    return reply.status(201).send({ secrets: applicationsFile, application: applicationBody(application) });
  });

  app.get("/oauth/tokens", () => {
    const now = authority.clock.now();
    return { tokens: authority.state.tokens.map((token) => tokenBody(token, authority, now)) };
  });

  app.post("/oauth/tokens", (request, reply) => {
    const { name, scopes, expiresIn, team } = adminBody(request, newToken);
    const about = {
      name,
      kind: "personal" as const,
      scopes:
        scopes === undefined ? ("all" as const) : refusedAs422(() => parseScopes(scopes.join(" "), authority.scopes)),
      teamUuid: findTeam(authority, team).uuid,
      lifetime: expiresIn,
      refreshable: false,
    };
    const { token, access } = authority.change((draft, now) => issueToken(draft, about, now));
    return reply.status(201).send({ token: tokenBody(token, authority, authority.clock.now()), access });
  });

  app.delete("/oauth/tokens/:id", (request, reply) => {
    const id = parameter(request, "id");
    if (authority.state.tokens.some((token) => token.id === id && token.own === true))
      throw new AdminError(
        422,
        "the sandbox's own token is in its file `token`: remove that, and the next start makes another",
      );
    if (!authority.revoke(id)) throw new AdminError(404, `there is no live token ${JSON.stringify(id)}`);
    return reply.status(204).send();
  });
}

const newApplication = z.object({
  name: z.string().min(1).max(100),
  redirectUris: z.array(z.string()).min(1),
  public: z.boolean().optional(),
  implicit: z.boolean().optional(),
});

const newToken = z.object({
  name: z.string().min(1).max(100),
  /** Absent: everything. */
  scopes: z.array(z.string()).min(1).optional(),
  /** Seconds; absent: for ever. */
  expiresIn: z.number().int().positive().optional(),
  /** Its name or UUID; absent: the first. */
  team: z.string().optional(),
});

function findTeam({ account }: Authority, reference: string | undefined): Team {
  const team =
    reference === undefined
      ? account.teams[0]
      : account.teams.find(({ uuid, name }) => uuid === reference || name.toLowerCase() === reference.toLowerCase());
  if (team !== undefined) return team;
  const names = account.teams.map(({ name }) => JSON.stringify(name)).join(", ");
  throw new AdminError(422, `there is no team ${JSON.stringify(reference)}, only ${names}`);
}

function applicationBody(application: Application): object {
  const { name, clientId, redirectUris, implicit, createdAt } = application;
  return { name, clientId, redirectUris, public: isPublic(application), implicit, createdAt };
}

function tokenBody(token: Token, { account }: Authority, now: Date): object {
  const { id, name, kind, scopes, teamUuid, createdAt, expiresAt, revokedAt, clientId } = token;
  const team = account.teams.find(({ uuid }) => uuid === teamUuid)?.name;
  return { id, name, kind, scopes, team, clientId, createdAt, expiresAt, revokedAt, live: isLive(token, now) };
}

function refusedAs422<Result>(attempt: () => Result): Result {
  try {
    return attempt();
  } catch (error) {
    throw error instanceof OAuthError ? new AdminError(422, error.message) : error;
  }
}

function parameter({ params }: FastifyRequest, name: string): string {
  return z.record(z.string(), z.string()).parse(params)[name] ?? "";
}
