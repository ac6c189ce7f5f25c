import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";

import { token } from "../../sandbox/faults/faulty-api";
import type { Orders } from "./guard-main";

/** A guard in a process of its own, which can be killed. Whatever ticket is shown is that of the stack «office». */
export class GuardProcess {
  private constructor(
    private readonly child: ChildProcess,
    readonly url: string,
  ) {}

  static async start(given: Omit<Orders, "token">): Promise<GuardProcess> {
    const orders: Orders = { ...given, token };
    const child = fork(require.resolve("./guard-main"), [JSON.stringify(orders)], {
      stdio: ["ignore", "inherit", "inherit", "ipc"],
    });
    const [{ url }] = (await once(child, "message")) as [{ url: string }];
    return new GuardProcess(child, url);
  }

  /** @throws when no answer comes */
  async create(path: string, body: object): Promise<{ status: number; json: Record<string, unknown> }> {
    const answer = await fetch(`${this.url}${path}`, {
      method: "POST",
      headers: { authorization: "Bearer ticket", "content-type": "application/json" },
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(20_000),
    });
    return { status: answer.status, json: (await answer.json()) as Record<string, unknown> };
  }

  /** Without a chance to do anything more. */
  async kill(): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    const exit = once(this.child, "exit");
    this.child.kill("SIGKILL");
    await exit;
  }
}
