import { join } from "node:path";

import type { FastifyInstance } from "fastify";

import { type DaemonFiles, ensureToken } from "./daemon-files";
import type { Access } from "./digitalocean/access";
import type { Cloud } from "./digitalocean/cloud";
import { operations } from "./digitalocean/coverage";
import { furtherScopes } from "./digitalocean/further-scopes";
import type { RateLimiter } from "./digitalocean/rate-limit";
import { owner, teamOf } from "./digitalocean/responses/account";
import { buildApi } from "./digitalocean/server";
import { isForTeam, openEmptyTeam } from "./digitalocean/teams";
import { type Faults, injectFaults, sandboxWorld } from "./faults";
import type { Mounted } from "./mount";
import { oauthAdminRoutes } from "./oauth/admin";
import { registerDefaults } from "./oauth/applications-file";
import { Authority } from "./oauth/authority";
import { buildOAuth, isForOAuth } from "./oauth/server";
import { oauthFileStore } from "./oauth/store";

export interface OAuthParts {
  readonly files: DaemonFiles;
  readonly cloud: Cloud;
  readonly limiter: RateLimiter;
  readonly faults: Faults;
  readonly admin: FastifyInstance;
  readonly log: (line: string) => void;
}

/** Who is let into the API, and what stands beside it under the same address. */
export interface OAuth {
  readonly access: Access;
  readonly beside: readonly Mounted[];
  close(): Promise<void>;
}

/** The scopes of everything that is served; others can't be granted, because there is nothing they are for. */
export const grantableScopes: ReadonlySet<string> = new Set(
  operations.flatMap(({ scopes, orScopes = [] }) => [...scopes, ...orScopes]).concat(furtherScopes),
);

/**
 * Opens the authorization server and the account's second team. The sandbox's own token becomes a personal access token
 * that may do everything.
 */
export async function openOAuth({ files, cloud, limiter, faults, admin, log }: OAuthParts): Promise<OAuth> {
  const otherTeam = await openEmptyTeam(cloud, files.emptyTeam, log);
  const authority = new Authority({
    store: oauthFileStore(files.oauth),
    clock: cloud.clock,
    account: {
      number: 1,
      uuid: cloud.state.account.uuid,
      ...owner,
      teams: [teamOf(cloud.state), teamOf(otherTeam.state)],
    },
    scopes: grantableScopes,
  });
  const applicationsFile = join(files.oauth, "applications.json");
  registerDefaults(authority, applicationsFile);
  authority.adopt(ensureToken(files));
  oauthAdminRoutes(admin, { authority, applicationsFile });
  const oauth = buildOAuth({ authority, log });
  injectFaults(oauth, faults, sandboxWorld(cloud, authority));
  const teamApi = buildApi({ cloud: otherTeam, access: authority, limiter, faults, empty: true, log });
  return {
    access: authority,
    beside: [
      { app: oauth, isFor: ({ url }) => isForOAuth(url) },
      { app: teamApi, isFor: isForTeam(authority, otherTeam.state.account.teamUuid) },
    ],
    close: () => otherTeam.close(0),
  };
}
