import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

import { z } from "zod";

import { writeDurably } from "../durable-file";
import { emptyOAuthState, type OAuthState } from "./state";

/** Where the authorization server keeps what it knows. */
export interface OAuthStore {
  /** @returns what was kept, or an empty state at the first start */
  read(): OAuthState;
  /** Returns when it will survive a power failure. */
  write(state: OAuthState): void;
}

/** The file can't be used: written by another version, or damaged. */
export class UnreadableOAuthState extends Error {
  override readonly name = "UnreadableOAuthState";
  readonly code = "UNREADABLE_OAUTH_STATE";

  constructor(
    readonly file: string,
    why: string,
  ) {
    super(`the sandbox's tokens in ${file} can't be read: ${why}. Start anew with \`deploy4me sandbox reset\`.`);
  }
}

const hash = z.string().regex(/^[0-9a-f]{64}$/);
const time = z.iso.datetime();

const stateSchema = z.object({
  version: z.literal(1),
  applications: z.array(
    z.object({
      name: z.string(),
      clientId: z.string(),
      secretHash: hash.exactOptional(),
      redirectUris: z.array(z.string()),
      implicit: z.boolean(),
      createdAt: time,
    }),
  ),
  codes: z.array(
    z.object({
      hash,
      clientId: z.string(),
      redirectUri: z.string(),
      scopes: z.array(z.string()),
      teamUuid: z.string(),
      challenge: z.string().exactOptional(),
      family: z.string(),
      expiresAt: time,
      used: z.boolean(),
    }),
  ),
  tokens: z.array(
    z.object({
      id: z.string(),
      name: z.string(),
      kind: z.enum(["personal", "oauth"]),
      own: z.literal(true).exactOptional(),
      accessHash: hash,
      refreshHash: hash.exactOptional(),
      clientId: z.string().exactOptional(),
      family: z.string().exactOptional(),
      scopes: z.union([z.literal("all"), z.array(z.string())]),
      teamUuid: z.string(),
      createdAt: time,
      expiresAt: time.exactOptional(),
      revokedAt: time.exactOptional(),
    }),
  ),
}) satisfies z.ZodType<OAuthState>;

/** `oauth.json`, which only its owner may read. */
export function oauthFileStore(directory: string): OAuthStore {
  const file = join(directory, "oauth.json");
  return {
    read() {
      if (!existsSync(file)) return emptyOAuthState();
      let content: unknown;
      try {
        content = JSON.parse(readFileSync(file, "utf8"));
      } catch (error) {
        throw new UnreadableOAuthState(file, error instanceof Error ? error.message : String(error));
      }
      const result = stateSchema.safeParse(content);
      if (result.success) return result.data;
      throw new UnreadableOAuthState(file, z.prettifyError(result.error));
    },
    write(state) {
      writeDurably(file, `${JSON.stringify(state)}\n`);
    },
  };
}
