import { existsSync, readFileSync, statSync } from "node:fs";
import { dirname, resolve } from "node:path";

import { z } from "zod";

import { isServerUrl, requireServerUrl } from "./server-url";

/** The stages that each have an application of their own, so that no test ever holds a customer's token. */
export const environments = ["development", "test", "production"] as const;
export type Environment = (typeof environments)[number];

/** Where DigitalOcean's authorization server is (docs.digitalocean.com/reference/api/oauth). */
export const digitalOceanOAuthUrl = "https://cloud.digitalocean.com/v1/oauth";

/** What DigitalOcean knows of an application that is registered there, and what we have to know to speak for it. */
export interface ApplicationFacts {
  /** As the consent page calls it. */
  readonly name: string;
  readonly environment?: Environment;
  readonly clientId: string;
  /** Where the browser may be sent back to: compared to the letter, but for the port of a public client on loopback. */
  readonly redirectUris: readonly string[];
  /** The authorization server: `/authorize`, `/token`, `/refresh` and `/revoke` are below it. */
  readonly oauthUrl: string;
  /** How that server names itself in its answers (RFC 9207). */
  readonly issuer: string;
  /** Whether it names itself in every answer, so that one without a name is not its own. */
  readonly issuerRequired: boolean;
  /** Which of the two documented forms of a refresh is used: `grant_type=refresh_token` at `/token`, or `/refresh`. */
  readonly refreshAt: "token" | "refresh";
}

/** An application that is registered with DigitalOcean. It shows its secret only to who asks for it. */
export class Application implements ApplicationFacts {
  readonly name: string;
  readonly environment?: Environment;
  readonly clientId: string;
  readonly redirectUris: readonly string[];
  readonly oauthUrl: string;
  readonly issuer: string;
  readonly issuerRequired: boolean;
  readonly refreshAt: "token" | "refresh";
  readonly #secret: string | undefined;

  constructor(
    readonly facts: ApplicationFacts,
    secret?: string,
  ) {
    this.name = facts.name;
    if (facts.environment !== undefined) this.environment = facts.environment;
    this.clientId = facts.clientId;
    this.redirectUris = facts.redirectUris;
    this.oauthUrl = facts.oauthUrl;
    this.issuer = facts.issuer;
    this.issuerRequired = facts.issuerRequired;
    this.refreshAt = facts.refreshAt;
    this.#secret = secret;
  }

  /** A program on its user's own machine: it has no secret, and proves by PKCE that it is the one that asked. */
  get isPublic(): boolean {
    return this.#secret === undefined;
  }

  /** @returns undefined for a public client */
  secret(): string | undefined {
    return this.#secret;
  }
}

export interface ApplicationDefaults {
  /** Of the authorization server, for an entry that names none. Default: DigitalOcean's. */
  readonly oauthUrl?: string | undefined;
}

/**
 * Reads the registered applications from a JSON file, which may hold their secrets or name files that do:
 *
 * ```json
 * [{ "name": "Deploy4Me (test)", "clientId": "…", "clientSecretFile": "test.secret",
 *    "redirectUris": ["http://127.0.0.1:3001/oauth/callback"] }]
 * ```
 *
 * `environment` may be left out when the name ends with it in brackets, `oauthUrl` when it is the default; `issuer` is that one's origin
 * unless another is given. An entry without a secret is a public client.
 * @throws ApplicationsUnusable
 * @throws ServerUrlUnusable for the default
 */
export function readApplications(file: string, defaults: ApplicationDefaults = {}): readonly Application[] {
  if (!existsSync(file)) throw new ApplicationsUnusable(file, "there is no such file");
  if (defaults.oauthUrl !== undefined) requireServerUrl(defaults.oauthUrl, "DIGITALOCEAN_OAUTH_URL");
  const entries = entriesIn(file);
  if (entries.some(({ clientSecret }) => clientSecret !== undefined)) requirePrivate(file, file);
  return entries.map((entry) => {
    const { clientSecretFile, clientSecret } = entry;
    const secretFile = clientSecretFile === undefined ? undefined : resolve(dirname(file), clientSecretFile);
    return applicationOf(entry, defaults, secretFile === undefined ? clientSecret : secretIn(secretFile, file));
  });
}

/**
 * @param wanted an environment, or an application's whole name or client id
 * @throws ApplicationNotFound which names those that there are
 */
export function chooseApplication(applications: readonly Application[], wanted: string): Application {
  const found = applications.filter(
    ({ name, environment, clientId }) => environment === wanted || name === wanted || clientId === wanted,
  );
  const [first, second] = found;
  if (first === undefined || second !== undefined) throw new ApplicationNotFound(wanted, found, applications);
  return first;
}

/** The file of registered applications can't be used. The message holds nothing of its content. */
export class ApplicationsUnusable extends Error {
  override readonly name = "ApplicationsUnusable";
  readonly code = "APPLICATIONS_UNUSABLE";

  constructor(
    readonly file: string,
    why: string,
  ) {
    super(
      `the registered applications in ${file} can't be used: ${why}. docs/connections.md says what belongs into the file.`,
    );
  }
}

/** No application is meant, or more than one. */
export class ApplicationNotFound extends Error {
  override readonly name = "ApplicationNotFound";
  readonly code = "APPLICATION_NOT_FOUND";

  constructor(
    readonly wanted: string,
    found: readonly ApplicationFacts[],
    known: readonly ApplicationFacts[],
  ) {
    const names = (found.length > 0 ? found : known).map(({ name }) => `«${name}»`).join(", ");
    const which = found.length > 0 ? "more than one application is meant by" : "no application is registered as";
    super(
      `${which} «${wanted}»; there ${names === "" ? "is none at all" : `are ${names}`}. Name one as it is written.`,
    );
  }
}

const text = z.string().min(1).max(500);
/** What RFC 6749 (appendix A) allows, without spaces, which a stray line end would be. */
const visible = text.regex(/^[\x21-\x7e]+$/, "has characters that it can't have");

const entrySchema = z
  .object({
    name: text,
    environment: z.enum(environments).exactOptional(),
    clientId: visible,
    clientSecret: visible.exactOptional(),
    clientSecretFile: text.exactOptional(),
    redirectUris: z.array(visible.refine((uri) => URL.canParse(uri), "is no absolute URI")).min(1),
    oauthUrl: text.refine(isServerUrl, "is neither https nor on loopback").exactOptional(),
    issuer: visible.exactOptional(),
    issuerRequired: z.boolean().exactOptional(),
    refreshAt: z.enum(["token", "refresh"]).exactOptional(),
  })
  .refine((entry) => entry.clientSecret === undefined || entry.clientSecretFile === undefined, {
    error: "has both a secret and a file with one",
  });
type Entry = z.infer<typeof entrySchema>;

function entriesIn(file: string): readonly Entry[] {
  let content: unknown;
  try {
    content = JSON.parse(readFileSync(file, "utf8"));
  } catch (error) {
    // Not the parser's own words: they quote the file.
    throw new ApplicationsUnusable(file, error instanceof SyntaxError ? "it is not JSON" : wordsOf(error));
  }
  const result = z.array(entrySchema).safeParse(content);
  if (result.success) return result.data;
  const problems = result.error.issues.map(({ path, message }) => `${path.join(".") || "it"}: ${message}`);
  throw new ApplicationsUnusable(file, problems.join("; "));
}

function applicationOf(entry: Entry, defaults: ApplicationDefaults, secret: string | undefined): Application {
  const environment = entry.environment ?? environmentIn(entry.name);
  const oauthUrl = (entry.oauthUrl ?? defaults.oauthUrl ?? digitalOceanOAuthUrl).replace(/\/+$/, "");
  return new Application(
    {
      name: entry.name,
      ...(environment === undefined ? {} : { environment }),
      clientId: entry.clientId,
      redirectUris: entry.redirectUris,
      oauthUrl,
      issuer: entry.issuer ?? new URL(oauthUrl).origin,
      issuerRequired: entry.issuerRequired ?? false,
      refreshAt: entry.refreshAt ?? "token",
    },
    secret,
  );
}

/** `Deploy4Me (test)` is the application of the environment `test`. */
function environmentIn(name: string): Environment | undefined {
  return environments.find((environment) => name.endsWith(`(${environment})`));
}

function secretIn(secretFile: string, file: string): string {
  if (!existsSync(secretFile)) throw new ApplicationsUnusable(file, `there is no ${secretFile}`);
  requirePrivate(secretFile, file);
  const secret = visible.safeParse(readFileSync(secretFile, "utf8").trim());
  if (!secret.success) throw new ApplicationsUnusable(file, `${secretFile} holds no client secret`);
  return secret.data;
}

/** As OpenSSH does with keys: what others may read is no secret. */
function requirePrivate(secretFile: string, file: string): void {
  if (process.platform === "win32" || (statSync(secretFile).mode & 0o077) === 0) return;
  const name = secretFile === file ? "it" : secretFile;
  throw new ApplicationsUnusable(file, `others may read the secret in ${name}: chmod 600 ${secretFile}`);
}

function wordsOf(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : "it can't be read";
}
