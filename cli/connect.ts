import type { Command } from "commander";
import { InvalidArgumentError, Option } from "commander";

import { deploymentScopes } from "../connections/digitalocean/scopes";
import { sentence } from "../connections/sentence";
import { environments } from "../oauth/applications";
import { authorizeOnLoopback, type LoopbackLinks } from "../oauth/loopback-authorization";
import { scopesIn } from "../oauth/scopes";
import { openEmbeddedVault } from "../oauth/vault/embedded";
import type { Vault } from "../oauth/vault/vault";
import { applicationFor, applicationOf, digitalOceanUrls, rememberApplication } from "./applications";
import { hasBrowser, openInBrowser } from "./browser";
import { connectByConsent, connectByToken, type Connected } from "./connect-account";
import { registerConnectAws } from "./connect-aws";
import { connectionsDirectory, type Home, home } from "./home";
import { readTokenFile } from "./token-file";

interface ConnectOptions {
  readonly name: string;
  readonly application?: string;
  readonly environment?: string;
  readonly scopes: readonly string[];
  readonly tokenFile?: string;
  readonly browser: boolean;
}

/** `deploy4me connect …`: lets Deploy4Me into an account. */
export function registerConnect(program: Command): void {
  const connect = program.command("connect").description("let Deploy4Me into an account of yours");
  registerConnectAws(connect);
  connect
    .command("digitalocean")
    .description("ask for access in a browser, or take an API token")
    .option(
      "--name <name>",
      "what the connection is called; one of that name is made anew",
      connectionName,
      "digitalocean",
    )
    .option("--application <name>", "the registered application that asks, by its name or client id")
    .addOption(
      new Option(
        "--environment <environment>",
        "the registered application that asks, by its environment; default: development",
      )
        .choices([...environments])
        .conflicts("application"),
    )
    .addOption(
      new Option("--scopes <scopes>", "what is asked for, divided by commas; read,write is everything")
        .argParser(list)
        .default(deploymentScopes, "what a deployment needs"),
    )
    .addOption(
      new Option("--token-file <file>", "take the API token in this file instead of asking; - is standard input")
        .conflicts("application")
        .conflicts("environment"),
    )
    .option("--no-browser", "only show the link")
    .action(async (options: ConnectOptions) => {
      const where = home();
      const connected =
        options.tokenFile === undefined
          ? await byConsent(where, options)
          : await byToken(where, options.tokenFile, options);
      report(options.name, connected);
    });
}

async function byConsent(where: Home, options: ConnectOptions): Promise<Connected> {
  const application = applicationFor(where, process.env, options.application ?? options.environment);
  const { apiUrl } = digitalOceanUrls(process.env);
  const { name, scopes } = options;
  return withVault(where, (vault) =>
    connectByConsent({
      ...{ vault, name, apiUrl, application, scopes },
      authorize: () => authorizeOnLoopback({ application, scopes, present: (links) => present(links, options) }),
      remember: () => {
        rememberApplication(where, application);
      },
      former: (clientId) => applicationOf(where, process.env, clientId),
    }),
  );
}

async function byToken(where: Home, file: string, { name, scopes }: ConnectOptions): Promise<Connected> {
  const { apiUrl, oauthUrl } = digitalOceanUrls(process.env);
  const token = await readTokenFile(file);
  return withVault(where, (vault) => connectByToken({ vault, name, apiUrl, oauthUrl, token, scopes }));
}

async function withVault<Result>(where: Home, act: (vault: Vault) => Promise<Result>): Promise<Result> {
  const vault = await openEmbeddedVault(connectionsDirectory(where));
  try {
    return await act(vault);
  } finally {
    await vault.close();
  }
}

async function present({ link, opener }: LoopbackLinks, { browser }: ConnectOptions): Promise<void> {
  say(`Allow the access in a browser on this machine:\n\n  ${link}\n`);
  const port = new URL(new URL(link).searchParams.get("redirect_uri") ?? link).port;
  if (isRemote(process.env))
    say(
      `The browser is on another machine? Connect from there with: ssh -L ${port}:127.0.0.1:${port} …, and open the link.`,
    );
  if (browser && hasBrowser(process.env, process.platform) && (await openInBrowser(opener)))
    say("It was opened in your browser.");
  say("Waiting for the answer, for ten minutes at most …");
}

function isRemote({ SSH_CONNECTION, SSH_TTY }: NodeJS.ProcessEnv): boolean {
  return SSH_CONNECTION !== undefined || SSH_TTY !== undefined;
}

function report(name: string, { verdict, renewed }: Connected): void {
  say(sentence(verdict));
  say(`It is ${renewed ? "renewed" : "kept"} as «${name}». To end it: deploy4me disconnect ${name}`);
}

function connectionName(text: string): string {
  if (!/^[a-z0-9][a-z0-9._-]{0,63}$/i.test(text))
    throw new InvalidArgumentError("write a letter or digit, then letters, digits, . _ or -; 64 at most.");
  return text;
}

function list(text: string): readonly string[] {
  const scopes = scopesIn(text);
  const wrong = scopes.find((scope) => !/^[a-z0-9_]+(:[a-z0-9_]+)?$/.test(scope));
  if (wrong !== undefined || scopes.length === 0)
    throw new InvalidArgumentError("write read,write or droplet:read,droplet:create,…");
  return scopes;
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
