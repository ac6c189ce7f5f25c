import { writeFileSync } from "node:fs";
import { relative } from "node:path";

import { type Command, InvalidArgumentError } from "commander";
import { z } from "zod";

import { admin } from "./admin";
import { home } from "./home";

/** `deploy4me sandbox oauth …`: what DigitalOcean's control panel does with applications and tokens. */
export function registerOauth(sandbox: Command): void {
  const oauth = sandbox.command("oauth").description("the sandbox's OAuth applications and its tokens");
  registerApplications(oauth);
  registerTokens(oauth);
}

function registerApplications(oauth: Command): void {
  const applications = oauth
    .command("applications")
    .description("the applications that may ask for access, and the file in which their secrets are")
    .option("--json", "for programs")
    .action(async ({ json = false }: { json?: boolean }) => {
      const answer = applicationsAnswer.parse(await ask("GET", "/oauth/applications"));
      say(json ? JSON.stringify(answer, undefined, 2) : applicationsText(answer));
    });

  applications
    .command("add")
    .description("register an application; its secret is added to the file that `applications` names")
    .requiredOption("--name <name>", "what the consent page calls it")
    .requiredOption("--redirect-uri <uri...>", "where the browser may be sent back to: compared to the letter")
    .option("--public", "a program on its user's machine: no secret, PKCE, any port of a loopback URI without one")
    .option("--implicit", "may have tokens without a code (response_type=token)")
    .action(async (options: { name: string; redirectUri: string[]; public?: true; implicit?: true }) => {
      const { redirectUri: redirectUris, ...rest } = options;
      const answer = await ask("POST", "/oauth/applications", { ...rest, redirectUris });
      const { application, secrets } = z.object({ application: applicationSchema, secrets: z.string() }).parse(answer);
      say(`client id: ${application.clientId}`);
      if (!application.public) say(`client secret: in ${relative(process.cwd(), secrets)}`);
    });
}

function registerTokens(oauth: Command): void {
  const token = oauth.command("token").description("tokens for the sandbox's API");

  const create = token.command("create");
  create
    .description("make a personal access token")
    .option("--name <name>", "what the list calls it", "token")
    .option("--scopes <scopes>", "divided by commas: read,write or droplet:read,…; default: everything", list)
    .option("--expires <duration>", "such as 12h, 30d, or never", duration, days(30))
    .option("--team <team>", "its name or UUID; default: the first")
    .option("--file <file>", "write it into a new file that only you may read")
    .option("--print", "write it on standard output")
    .action(async (options: CreateOptions) => {
      const { file, print } = options;
      if (file === undefined ? print === undefined : print !== undefined)
        create.error("say where the token goes: --file FILE or --print");
      const write = file === undefined ? say : newSecretFile(file);
      const { access, id } = await createToken(options);
      write(access);
      if (file !== undefined) say(`token ${id} is in ${file}`);
    });

  token
    .command("list")
    .description("all tokens, those of applications too")
    .option("--json", "for programs")
    .action(async ({ json = false }: { json?: boolean }) => {
      const { tokens } = z.object({ tokens: z.array(tokenSchema) }).parse(await ask("GET", "/oauth/tokens"));
      say(json ? JSON.stringify(tokens, undefined, 2) : tokens.map(tokenText).join("\n"));
    });

  token
    .command("revoke")
    .description("revoke a token, and the refresh token that came with it")
    .argument("<id>", "as `token list` shows it")
    .action(async (id: string) => {
      await ask("DELETE", `/oauth/tokens/${encodeURIComponent(id)}`);
      say(`token ${id} is revoked`);
    });
}

async function createToken({ name, scopes, expires, team }: CreateOptions): Promise<{ access: string; id: string }> {
  const expiresIn = expires === "never" ? undefined : expires;
  const answer = await ask("POST", "/oauth/tokens", { name, scopes, expiresIn, team });
  const { access, token } = z.object({ token: tokenSchema, access: z.string() }).parse(answer);
  return { access, id: token.id };
}

/** Made before there is anything to write: a token that can't be written down is none. */
function newSecretFile(file: string): (line: string) => void {
  writeFileSync(file, "", { mode: 0o600, flag: "wx" });
  return (line) => {
    writeFileSync(file, `${line}\n`);
  };
}

interface CreateOptions {
  readonly name: string;
  readonly scopes?: readonly string[];
  /** Seconds. */
  readonly expires: number | "never";
  readonly team?: string;
  readonly file?: string;
  readonly print?: true;
}

const applicationSchema = z.object({
  name: z.string(),
  clientId: z.string(),
  redirectUris: z.array(z.string()),
  public: z.boolean(),
  implicit: z.boolean(),
  createdAt: z.string(),
});

const applicationsAnswer = z.object({ secrets: z.string(), applications: z.array(applicationSchema) });

const tokenSchema = z.object({
  id: z.string(),
  name: z.string(),
  kind: z.enum(["personal", "oauth"]),
  scopes: z.union([z.literal("all"), z.array(z.string())]),
  team: z.string().optional(),
  clientId: z.string().optional(),
  createdAt: z.string(),
  expiresAt: z.string().optional(),
  revokedAt: z.string().optional(),
  live: z.boolean(),
});

function applicationsText({ secrets, applications }: z.infer<typeof applicationsAnswer>): string {
  const parts = applications.map(({ name, clientId, redirectUris, public: isPublic, implicit }) => {
    const kind = `${isPublic ? "public" : "confidential"}${implicit ? ", implicit" : ""}`;
    return [`${name} (${kind})`, `  client id     ${clientId}`, ...redirectUris.map((uri) => `  redirect URI  ${uri}`)];
  });
  return [...parts.flat(), `secrets: ${relative(process.cwd(), secrets)}`].join("\n");
}

function tokenText({ id, name, kind, scopes, team, expiresAt, live, revokedAt }: z.infer<typeof tokenSchema>): string {
  const until = expiresAt === undefined ? "for ever" : `until ${expiresAt}`;
  const state = live ? until : revokedAt === undefined ? `ran out ${expiresAt ?? ""}` : `revoked ${revokedAt}`;
  return `${id}  ${kind}  ${name}  ${scopes === "all" ? "everything" : scopes.join(" ")}  ${team ?? "?"}  ${state}`;
}

function ask(method: "GET" | "POST" | "DELETE", path: string, body?: object): Promise<unknown> {
  return admin(home().sandbox, method, path, body);
}

function list(text: string): string[] {
  return text.split(",").map((part) => part.trim());
}

function days(count: number): number {
  return count * 86_400;
}

const units: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: days(1) };

/** @returns seconds */
function duration(text: string): number | "never" {
  if (text === "never") return text;
  const [, count, unit = ""] = /^([1-9]\d{0,6})([smhd])$/.exec(text) ?? [];
  if (count === undefined) throw new InvalidArgumentError("write 90s, 30m, 12h, 30d or never");
  return Number(count) * (units[unit] ?? 1);
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
