import { z } from "zod";

import type { ReconnectReason } from "../connections/credentials";
import type { Grant, GrantedAccount } from "./grant";

/** How Deploy4Me is let into somebody's cloud account. */
export const connectionKinds = ["digitalocean-oauth", "digitalocean-token", "aws-keys", "aws-role"] as const;
export type ConnectionKind = (typeof connectionKinds)[number];

/** The tenant of the command line: whoever owns the home directory. A service has one for each of its customers. */
export const localTenant = "local";

/** The account that the connection led to when it was last looked at. */
export const accountSchema = z.object({
  /** DigitalOcean: the account's UUID. AWS: its number of 12 digits. */
  uuid: z.string().min(1).max(500),
  email: z.string().max(500).exactOptional(),
  name: z.string().max(500).exactOptional(),
  team: z.object({ uuid: z.string().min(1).max(500), name: z.string().max(500) }).exactOptional(),
  /** ISO 8601. */
  seen: z.iso.datetime(),
});
export type AccountSeen = z.infer<typeof accountSchema>;

export const reconnectReasons = [
  "refused",
  "answer-lost",
  "disconnected",
] as const satisfies readonly ReconnectReason[];

const names = {
  /** What a person calls it, once per tenant: a letter or digit, then also dots, dashes and underlines; at most 64. */
  name: z.string().regex(/^[a-z0-9][a-z0-9._-]{0,63}$/i, "is a letter or digit, then letters, digits, . _ or -"),
  tenant: z.string().min(1).max(500),
  id: z.uuid(),
};

/** A connection as it may be shown: nothing of it is secret. */
export const connectionSchema = z.object({
  ...names,
  kind: z.enum(connectionKinds),
  /** `reconnect`: it can't go on without a person; `reason` says why. */
  state: z.enum(["usable", "reconnect"]),
  reason: z.enum(reconnectReasons).exactOptional(),
  account: accountSchema.exactOptional(),
  created: z.date(),
  /** When its credentials or its state changed last. */
  changed: z.date(),
});
export type Connection = z.infer<typeof connectionSchema>;

/** Which connection: an id alone is not enough, so that no tenant's request ever meets another's connection. */
export type ConnectionReference = Pick<Connection, "tenant" | "id">;

const secret = z.string().min(1).max(8192);
const time = z.iso.datetime();
/** Where its tokens are sent; sealed with them, so that nobody who can write to the database can have them sent elsewhere. */
const apiUrl = z.url({ protocol: /^https?$/ });

const digitaloceanOauth = z.object({
  kind: z.literal("digitalocean-oauth"),
  apiUrl,
  /** The client id of the registered application that the account's owner consented to: only that one may refresh. */
  clientId: z.string().min(1).max(500),
  accessToken: secret,
  /** Good for one refresh; absent: it can't be renewed. */
  refreshToken: secret.exactOptional(),
  /** When the access token was issued, and when it runs out; absent when the provider does not say. */
  issued: time,
  expires: time.exactOptional(),
  /** What was granted; absent when the provider does not say. */
  scopes: z.array(z.string().max(200)).max(1000).exactOptional(),
});

const digitaloceanToken = z.object({
  kind: z.literal("digitalocean-token"),
  apiUrl,
  token: secret,
  /** Absent when nothing is known of its end. */
  expires: time.exactOptional(),
});

const awsAccessKey = {
  accessKeyId: z.string().regex(/^[A-Z0-9]{16,128}$/),
  secretAccessKey: secret,
};
const region = z.string().regex(/^[a-z]{2}(-[a-z]+)+-\d+$/);

const awsKeys = z.object({ kind: z.literal("aws-keys"), ...awsAccessKey, region });

const awsRole = z.object({
  kind: z.literal("aws-role"),
  roleArn: z.string().regex(/^arn:aws[a-z-]*:iam::\d{12}:role\/.{1,512}$/),
  /** Agreed with the account's owner, against the confused deputy. */
  externalId: z.string().min(2).max(1224).exactOptional(),
  region,
  /** Who assumes the role; absent: what the process finds in its environment. */
  source: z.object(awsAccessKey).exactOptional(),
});

/** What a connection is let in with. Sealed in the vault, and outside it only in memory. */
export const credentialsSchema = z.discriminatedUnion("kind", [digitaloceanOauth, digitaloceanToken, awsKeys, awsRole]);
export type Credentials = z.infer<typeof credentialsSchema>;
export type CredentialsOf<Kind extends ConnectionKind> = Extract<Credentials, { readonly kind: Kind }>;

/** What is kept of a consent, or of a refresh. A refresh that brings no new refresh token leaves the old one (RFC 6749, section 6). */
export function oauthCredentials(
  { accessToken, refreshToken, issued, expires, scopes }: Grant,
  before: Pick<CredentialsOf<"digitalocean-oauth">, "apiUrl" | "clientId" | "refreshToken" | "scopes">,
): CredentialsOf<"digitalocean-oauth"> {
  const kept = { refreshToken: refreshToken ?? before.refreshToken, scopes: scopes ?? before.scopes };
  return {
    kind: "digitalocean-oauth",
    apiUrl: before.apiUrl,
    clientId: before.clientId,
    accessToken,
    issued: issued.toISOString(),
    ...(kept.refreshToken === undefined ? {} : { refreshToken: kept.refreshToken }),
    ...(expires === undefined ? {} : { expires: expires.toISOString() }),
    ...(kept.scopes === undefined ? {} : { scopes: [...kept.scopes] }),
  };
}

export function accountSeen(account: GrantedAccount, seen: Date): AccountSeen {
  return { ...account, seen: seen.toISOString() };
}
