import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";

import { token } from "./paper-cloud";
import type { Report } from "./watch";

/** A cloud on paper in a process of its own, so that nothing that kills or blocks it can be missed. */
export class PaperProcess {
  private constructor(
    private readonly child: ChildProcess,
    readonly url: string,
  ) {}

  static async start(): Promise<PaperProcess> {
    const child = fork(join(__dirname, "paper-cloud.js"), { stdio: ["ignore", "inherit", "inherit", "ipc"] });
    const [{ url }] = (await once(child, "message")) as [{ url: string }];
    return new PaperProcess(child, url);
  }

  readonly authorization = `Bearer ${token}`;

  get port(): number {
    return Number(new URL(this.url).port);
  }

  async call(method: string, path: string, body?: object): Promise<{ status: number; body: unknown }> {
    const response = await fetch(`${this.url}${path}`, {
      method,
      headers: { authorization: this.authorization, "content-type": "application/json" },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(10_000),
    });
    const text = await response.text();
    return { status: response.status, body: text === "" ? undefined : (JSON.parse(text) as unknown) };
  }

  /** @throws when it does not answer within a second */
  async health(): Promise<void> {
    const response = await fetch(`${this.url}/v2/account`, {
      headers: { authorization: this.authorization },
      signal: AbortSignal.timeout(1000),
    });
    await response.arrayBuffer();
    if (response.status !== 200) throw new Error(`a plain request is answered with ${response.status}`);
  }

  /**
   * Waits until everything that was begun has ended.
   * @throws when that takes longer than ten seconds, or the process is gone
   */
  async report(): Promise<{ report: Report; open: readonly unknown[] }> {
    const answer = once(this.child, "message", { signal: AbortSignal.timeout(10_000) });
    this.child.send("report");
    const [message] = (await answer) as [{ report: Report; open: unknown[] }];
    return message;
  }

  async close(): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    const exit = once(this.child, "exit");
    this.child.disconnect();
    await exit;
  }
}
