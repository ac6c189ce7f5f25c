import { z } from "zod";

import type { Grant, GrantedAccount } from "../grant";
import { scopesIn } from "../scopes";

/** A bearer token as it may stand in a header (RFC 6750, section 2.1). */
const token = z
  .string()
  .max(4096)
  .regex(/^[A-Za-z0-9._~+/=-]+$/);
const shown = z.string().max(500);
const century = 100 * 366 * 86_400;

const infoSchema = z.object({
  uuid: shown.min(1),
  email: shown.nullish(),
  name: shown.nullish(),
  team_uuid: shown.nullish(),
  team_name: shown.nullish(),
});

/** Only what is relied on has to be there. `token_type` is not read: DigitalOcean's documentation and its clients call it differently. */
const answerSchema = z.object({
  access_token: token,
  refresh_token: token.nullish(),
  /** Seconds; 2,592,000 for an application with a secret. */
  expires_in: z.number().positive().max(century).nullish().catch(undefined),
  scope: z.string().max(20_000).nullish(),
  info: z.unknown().optional(),
});

/**
 * Reads a token answer (docs.digitalocean.com/reference/api/oauth, «/token»).
 * @param asked when the request was sent
 * @returns undefined when it is none
 */
export function grantIn(answer: unknown, asked: Date): Grant | undefined {
  const result = answerSchema.safeParse(answer);
  if (!result.success) return undefined;
  const { access_token: accessToken, refresh_token: refreshToken, expires_in: seconds, scope, info } = result.data;
  const account = accountIn(info);
  return {
    accessToken,
    ...(refreshToken == null ? {} : { refreshToken }),
    issued: asked,
    ...(seconds == null ? {} : { expires: new Date(asked.getTime() + seconds * 1000) }),
    ...(scope == null ? {} : { scopes: scopesIn(scope) }),
    ...(account === undefined ? {} : { account }),
  };
}

/** It is for showing alone: the connection check asks the API itself. */
function accountIn(info: unknown): GrantedAccount | undefined {
  const result = infoSchema.safeParse(info);
  if (!result.success) return undefined;
  const { uuid, email, name, team_uuid: team, team_name: teamName } = result.data;
  return {
    uuid,
    ...(email == null ? {} : { email }),
    ...(name == null ? {} : { name }),
    ...(team == null || team === "" ? {} : { team: { uuid: team, name: teamName ?? "" } }),
  };
}
