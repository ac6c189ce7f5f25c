import { spawn } from "node:child_process";
import { once } from "node:events";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { z } from "zod";

import { pulumiVariables, searchPath } from "../../cli/environment";
import { home as homeOf, type Home } from "../../cli/home";
import { type PulumiResult, tryPulumi } from "../../cli/pulumi";
import { processesWith } from "../driver/processes";

const name = "campaign";
const deployer = "203.0.113.7/32";
const perCommandMs = 180_000;

const resource = z.object({
  type: z.string(),
  id: z.string().optional(),
  outputs: z.record(z.string(), z.unknown()).optional(),
});
const exported = z.object({
  deployment: z.object({
    resources: z.array(resource).optional(),
    pending_operations: z.array(z.unknown()).nullish(),
  }),
});

/** A resource of a stack's state. */
export type StateResource = z.infer<typeof resource>;

/** A stack on the real engine, with its state in a folder that can be laid aside and taken back. */
export class Stack {
  readonly directory = mkdtempSync(join(tmpdir(), "deploy4me-campaign-"));
  private readonly project = join(this.directory, "project");
  private readonly tokenFile = join(this.directory, "ticket");
  private readonly home: Home = homeOf({ DEPLOY4ME_HOME: this.directory });

  /** @param program the path of its compiled program */
  constructor(program: string) {
    mkdirSync(this.project);
    writeFileSync(
      join(this.project, "Pulumi.yaml"),
      JSON.stringify({ name: "test", runtime: "nodejs", main: program }),
    );
    writeFileSync(this.tokenFile, "ticket", { mode: 0o600 });
  }

  async init(): Promise<void> {
    const { code, stderr } = await this.run("http://127.0.0.1:9", "stack", "init", name);
    if (code !== 0) throw new Error(stderr);
  }

  /** @param apiUrl of a guard */
  up(apiUrl: string, ...more: string[]): Promise<PulumiResult> {
    return this.run(apiUrl, "up", "--yes", "--skip-preview", "--stack", name, ...more);
  }

  destroy(apiUrl: string, ...more: string[]): Promise<PulumiResult> {
    return this.run(apiUrl, "destroy", "--yes", "--skip-preview", "--stack", name, ...more);
  }

  /**
   * An `up` whose engine is killed, with everything that it has started.
   * @param when resolves at the moment
   */
  async killedUp(apiUrl: string, when: Promise<void>): Promise<void> {
    const access = { apiUrl, tokenFile: this.tokenFile, deployer };
    const child = spawn("pulumi", ["up", "--yes", "--skip-preview", "--stack", name, "--non-interactive"], {
      cwd: this.project,
      stdio: "ignore",
      env: {
        ...process.env,
        PATH: searchPath(this.home),
        ...pulumiVariables(this.home, access),
        DIGITALOCEAN_TOKEN: "ticket",
      },
    });
    const ended = once(child, "exit");
    await Promise.race([when, ended]);
    const all = [child.pid ?? 0, ...descendants(child.pid ?? 0)];
    for (const pid of all) killed(pid);
    await ended;
  }

  /** Takes away the lock of an engine that was killed. */
  async unlock(): Promise<void> {
    await this.run("http://127.0.0.1:9", "cancel", "--yes", "--stack", name);
  }

  /** What the engine believes there is. */
  async state(): Promise<{ readonly resources: readonly StateResource[]; readonly pending: number }> {
    const { stdout } = await this.run("http://127.0.0.1:9", "stack", "export", "--stack", name);
    const { deployment } = exported.parse(JSON.parse(stdout));
    return { resources: deployment.resources ?? [], pending: deployment.pending_operations?.length ?? 0 };
  }

  /** @returns takes the state back to what it is now */
  layAside(): () => void {
    const copy = mkdtempSync(join(tmpdir(), "deploy4me-campaign-state-"));
    const { state } = this.home;
    cpSync(state, copy, { recursive: true });
    this.copies.push(copy);
    return () => {
      rmSync(state, { recursive: true });
      cpSync(copy, state, { recursive: true });
    };
  }

  /** With whatever it has started that is still there. */
  remove(): void {
    for (const { pid } of processesWith(this.directory)) killed(pid);
    for (const folder of [this.directory, ...this.copies]) rmSync(folder, { recursive: true, force: true });
  }

  private readonly copies: string[] = [];

  private run(apiUrl: string, ...args: string[]): Promise<PulumiResult> {
    const access = { apiUrl, tokenFile: this.tokenFile, deployer };
    return tryPulumi(this.home, access, args, { cwd: this.project, timeoutMs: perCommandMs });
  }
}

function killed(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // It has ended by itself.
  }
}

/** All processes that a process has started, and those that these have. */
function descendants(pid: number): number[] {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").trim().split(/\s+/).map(Number);
  return children.filter((child) => child > 0).flatMap((child) => [child, ...descendants(child)]);
}
