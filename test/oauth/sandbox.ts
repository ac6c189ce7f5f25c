import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { admin } from "../../cli/admin";
import { type Application, chooseApplication, readApplications } from "../../oauth/applications";
import { ManualClock } from "../../sandbox/clock";
import { type Daemon, startDaemon } from "../../sandbox/daemon";
import { daemonFiles } from "../../sandbox/daemon-files";
import { RecordedHosts } from "../sandbox/digitalocean/recorded-hosts";

/** A whole sandbox in a home of its own, over recorded machines, with its faults. */
export class TestSandbox {
  readonly home = mkdtempSync(join(tmpdir(), "deploy4me-home-"));
  readonly clock = new ManualClock(new Date());
  private daemon!: Daemon;

  static async open(): Promise<TestSandbox> {
    const sandbox = new TestSandbox();
    sandbox.daemon = await startDaemon({
      directory: sandbox.directory,
      openRoom: () => Promise.resolve(new RecordedHosts()),
      openClock: () => sandbox.clock,
      log: () => undefined,
    });
    return sandbox;
  }

  async close(): Promise<void> {
    await this.daemon.close();
    rmSync(this.home, { recursive: true });
  }

  get apiUrl(): string {
    return this.daemon.apiUrl;
  }

  get oauthUrl(): string {
    return `${this.apiUrl}/v1/oauth`;
  }

  get applicationsFile(): string {
    return join(daemonFiles(this.directory).oauth, "applications.json");
  }

  get tokenFile(): string {
    return daemonFiles(this.directory).token;
  }

  application(wanted = "development"): Application {
    return chooseApplication(readApplications(this.applicationsFile, { oauthUrl: this.oauthUrl }), wanted);
  }

  admin(method: "GET" | "POST" | "DELETE", path: string, body?: object): Promise<unknown> {
    return admin(this.directory, method, path, body);
  }

  async fault(definition: object): Promise<void> {
    await this.admin("POST", "/faults", definition);
  }

  async clearFaults(): Promise<void> {
    await this.admin("DELETE", "/faults");
  }

  /** Whether its API lets a token in. */
  async isLetIn(token: string): Promise<boolean> {
    const headers = { authorization: `Bearer ${token}` };
    const { status } = await fetch(`${this.apiUrl}/v2/account`, { headers, signal: AbortSignal.timeout(10_000) });
    return status === 200;
  }

  private get directory(): string {
    return join(this.home, "sandbox");
  }
}
