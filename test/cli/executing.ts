import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { projectRoot } from "../../cli/home";
import { localTenant } from "../../oauth/connection";
import { openEmbeddedVault } from "../../oauth/vault/embedded";

export const main = join(projectRoot(), "dist", "cli", "main.js");

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  readonly input?: string;
  readonly environment?: NodeJS.ProcessEnv;
  readonly cwd?: string;
}

/** A home of its own, in which `deploy4me exec` runs. */
export class ExecHome {
  readonly directory = mkdtempSync(join(tmpdir(), "deploy4me-exec-"));
  private readonly children: ChildProcess[] = [];

  get environment(): NodeJS.ProcessEnv {
    const kept = Object.entries(process.env).filter(
      ([name]) => !/^DIGITALOCEAN_|^DEPLOY4ME_|^PULUMI_STACK$/.test(name),
    );
    return { ...Object.fromEntries(kept), DEPLOY4ME_HOME: this.directory };
  }

  /** Makes the connection «main», or changes its token. */
  async connect(apiUrl: string, token: string, name = "main"): Promise<void> {
    const vault = await openEmbeddedVault(join(this.directory, "connections"));
    const credentials = { kind: "digitalocean-token", apiUrl, token } as const;
    const known = (await vault.list(localTenant)).find((connection) => connection.name === name);
    if (known === undefined) await vault.add({ tenant: localTenant, name, credentials });
    else await vault.update(known, () => ({ change: { credentials }, result: undefined }));
    await vault.close();
  }

  start(args: readonly string[], environment: NodeJS.ProcessEnv = {}, cwd = process.cwd()): Running {
    const options = { env: { ...this.environment, ...environment }, cwd };
    const child = spawn(process.execPath, [main, "exec", ...args], options);
    this.children.push(child);
    return new Running(child);
  }

  async run(args: readonly string[], { input = "", environment = {}, cwd }: RunOptions = {}): Promise<Ended> {
    const { child, ended } = this.start(args, environment, cwd);
    child.stdin?.end(input);
    return ended;
  }

  async close(): Promise<void> {
    for (const child of this.children) {
      if (child.exitCode !== null || child.signalCode !== null) continue;
      child.kill("SIGKILL");
      await once(child, "exit");
    }
    rmSync(this.directory, { recursive: true });
  }
}

export class Running {
  stdout = "";
  stderr = "";
  readonly ended: Promise<Ended>;

  constructor(readonly child: ChildProcess) {
    child.stdout?.on("data", (chunk: Buffer) => (this.stdout += chunk.toString()));
    child.stderr?.on("data", (chunk: Buffer) => (this.stderr += chunk.toString()));
    this.ended = once(child, "close").then(([code, signal]) => ({
      code: code as number | null,
      signal: signal as NodeJS.Signals | null,
      stdout: this.stdout,
      stderr: this.stderr,
    }));
  }

  /** Waits until it has said this. */
  async until(text: string | RegExp): Promise<this> {
    while (this.stdout.search(text) === -1) {
      if (this.child.exitCode !== null) throw new Error(`it ended: ${this.stdout}${this.stderr}`);
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    return this;
  }
}
