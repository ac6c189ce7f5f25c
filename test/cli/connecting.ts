import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";

import { z } from "zod";

import { projectRoot } from "../../cli/home";
import type { ListedConnection } from "../../cli/connections";
import type { Connection, Credentials } from "../../oauth/connection";
import { localTenant } from "../../oauth/connection";
import { openEmbeddedVault } from "../../oauth/vault/embedded";
import type { Entry } from "../../oauth/vault/vault";
import { TestSandbox } from "../oauth/sandbox";
import { Browser, type Page } from "../sandbox/oauth/browser";
import { consentPage } from "../oauth/owner";

export interface Ended {
  readonly code: number | null;
  readonly output: string;
  readonly errors: string;
}

/** `deploy4me` in a home of its own beside a sandbox, in a shell that has read the sandbox's environment. */
export class ConnectingHome {
  private readonly running = new Set<Command>();

  private constructor(readonly sandbox: TestSandbox) {}

  static async open(): Promise<ConnectingHome> {
    return new ConnectingHome(await TestSandbox.open());
  }

  async close(): Promise<void> {
    for (const command of this.running) await command.kill();
    await this.sandbox.close();
  }

  get connections(): string {
    return join(this.sandbox.home, "connections");
  }

  /** What a shell has after `. .deploy4me/env`, and no browser. */
  get environment(): NodeJS.ProcessEnv {
    const desktop = ["DISPLAY", "WAYLAND_DISPLAY", "SSH_CONNECTION", "SSH_TTY", "BROWSER", "CI"];
    const rest = Object.fromEntries(Object.entries(process.env).filter(([name]) => !desktop.includes(name)));
    return {
      ...rest,
      DEPLOY4ME_HOME: this.sandbox.home,
      DIGITALOCEAN_API_URL: this.sandbox.apiUrl,
      DIGITALOCEAN_OAUTH_URL: this.sandbox.oauthUrl,
      DEPLOY4ME_OAUTH_APPLICATIONS: this.sandbox.applicationsFile,
    };
  }

  /** Registers an application for this machine with the sandbox. @returns its client id */
  async register(name: string, isPublic: boolean): Promise<string> {
    const port = isPublic ? "" : `:${await freePort()}`;
    const redirectUris = [`http://127.0.0.1${port}/oauth/callback`];
    const answer = await this.sandbox.admin("POST", "/oauth/applications", { name, redirectUris, public: isPublic });
    return z.object({ application: z.object({ clientId: z.string() }) }).parse(answer).application.clientId;
  }

  start(args: readonly string[], environment: NodeJS.ProcessEnv = {}): Command {
    const command = new Command(args, { ...this.environment, ...environment });
    this.running.add(command);
    return command;
  }

  run(args: readonly string[], environment: NodeJS.ProcessEnv = {}, input = ""): Promise<Ended> {
    const command = this.start(args, environment);
    command.child.stdin?.end(input);
    return command.ended;
  }

  /** Connects as its user does, in a browser. */
  async connect(args: readonly string[], decision: Decision = {}): Promise<Ended & { readonly page: Page }> {
    const command = this.start(["connect", "digitalocean", ...args]);
    const page = await decide(await command.link(), decision);
    return { page, ...(await command.ended) };
  }

  async list(): Promise<readonly ListedConnection[]> {
    return JSON.parse((await this.run(["connections", "--json"])).output) as ListedConnection[];
  }

  /** The names in the vault. What the command says of them is for those who ask for `list`. */
  async names(): Promise<readonly string[]> {
    const vault = await openEmbeddedVault(this.connections);
    try {
      return (await vault.list(localTenant)).map(({ name }) => name);
    } finally {
      await vault.close();
    }
  }

  /** What the vault has of a connection. */
  async entry(name: string): Promise<Entry> {
    const vault = await openEmbeddedVault(this.connections);
    try {
      return await vault.read(await vault.find(localTenant, name));
    } finally {
      await vault.close();
    }
  }

  async change(name: string, edit: (entry: Entry) => { credentials?: Credentials; account?: Connection["account"] }) {
    const vault = await openEmbeddedVault(this.connections);
    try {
      await vault.update(await vault.find(localTenant, name), (entry) => {
        const { credentials = entry.credentials, account = entry.connection.account } = edit(entry);
        return { change: { credentials, ...(account === undefined ? {} : { account }) }, result: undefined };
      });
    } finally {
      await vault.close();
    }
  }

  /** The tokens that applications have been given and that are still good. */
  async liveTokens(): Promise<number> {
    const answer = await this.sandbox.admin("GET", "/oauth/tokens");
    const { tokens } = z.object({ tokens: z.array(z.object({ kind: z.string(), live: z.boolean() })) }).parse(answer);
    return tokens.filter(({ kind, live }) => kind === "oauth" && live).length;
  }
}

export class Command {
  readonly child: ChildProcess;
  readonly ended: Promise<Ended>;
  private output = "";
  private errors = "";

  constructor(args: readonly string[], env: NodeJS.ProcessEnv) {
    this.child = spawn(process.execPath, [join(projectRoot(), "dist/cli/main.js"), ...args], { env });
    this.child.stdout?.on("data", (chunk: Buffer) => (this.output += chunk.toString()));
    this.child.stderr?.on("data", (chunk: Buffer) => (this.errors += chunk.toString()));
    this.ended = once(this.child, "close").then(([code]) => ({
      code: code as number | null,
      output: this.output,
      errors: this.errors,
    }));
  }

  /** The link that it shows. */
  async link(): Promise<string> {
    return (await this.until(/^ {2}(http\S+)$/m))[1] ?? "";
  }

  /** Waits until it has said this. */
  async until(pattern: RegExp): Promise<RegExpExecArray> {
    for (;;) {
      const match = pattern.exec(this.output);
      if (match !== null) return match;
      if (this.child.exitCode !== null) throw new Error(`it ended before: ${this.output}${this.errors}`);
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }

  async kill(): Promise<void> {
    if (this.child.exitCode === null && this.child.signalCode === null) this.child.kill("SIGKILL");
    await this.ended;
  }
}

export interface Decision {
  readonly decision?: "authorize" | "deny";
  /** What is chosen in the form, such as the team. */
  readonly chosen?: Readonly<Record<string, string>>;
  /** What happens between the consent and the way back. */
  readonly between?: () => Promise<unknown>;
}

/** Looks at the page, decides, and goes where it is sent. @returns what it sees there */
export async function decide(link: string, { decision = "authorize", chosen, between }: Decision = {}): Promise<Page> {
  const browser = new Browser();
  const { location } = await browser.submit(await consentPage(browser, link), decision, chosen);
  await between?.();
  return browser.open(location);
}

async function freePort(): Promise<number> {
  const server = createServer().listen({ host: "127.0.0.1", port: 0 });
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}
