import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";

import { z } from "zod";

import { WrittenIntents } from "../../../guard/intents/intents";
import { noPace, noWatch } from "../../../guard/interfaces";
import { startGuard } from "../../../guard/server";
import { token } from "../../sandbox/faults/faulty-api";
import { HandedToken } from "../guarded";

const orders = z.object({ file: z.string(), upstream: z.url(), epoch: z.number(), visibleWithin: z.number() });
export type Orders = z.infer<typeof orders>;

/** A guard in a process of its own, which can be killed. Whatever ticket is shown is that of the stack «office». */
export class GuardProcess {
  private constructor(
    private readonly child: ChildProcess,
    readonly url: string,
  ) {}

  static async start(given: Orders): Promise<GuardProcess> {
    const child = fork(__filename, [JSON.stringify(given)], { stdio: ["ignore", "inherit", "inherit", "ipc"] });
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

async function main(): Promise<void> {
  const { file, upstream, epoch, visibleWithin } = orders.parse(JSON.parse(process.argv[2] ?? ""));
  const log = (): void => undefined;
  const url = new URL(upstream);
  const guard = await startGuard({
    upstream: url,
    account: "account",
    tokens: new HandedToken(token),
    tickets: { stackOf: () => "office" },
    leases: { held: (stack) => ({ stack, epoch }) },
    pace: noPace,
    intents: WrittenIntents.open({
      file,
      upstream: url,
      visibleWithin,
      visibleAfterTimeout: visibleWithin,
      pause: 1,
      log,
    }),
    watch: noWatch,
    log,
  });
  process.send?.({ url: guard.url });
  process.on("disconnect", () => process.exit());
}

if (require.main === module) void main();
