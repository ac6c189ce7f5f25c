import { type ChildProcess, spawn } from "node:child_process";
import { statSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";

import { PrintedLines } from "./printed";
import { isInSession, killOperation, memoryOf, processesOf, signalProcess } from "./processes";
import { fromChild, type FromChild, type ToChild } from "./protocol";
import type { RunEnd, RunPlan, Stop } from "./run-plan";

const tickMs = 250;
/** Beyond what the lease is sure for: so late the operation's process ends itself when nobody tells it anything. */
const fenceSlackMs = 5_000;
const childFile = join(__dirname, "child.js");

/** Runs one operation in a process, a session and a folder of its own, and sees to it that nothing of it remains. */
export class Run {
  private readonly child: ChildProcess;
  private readonly started = performance.now();
  private readonly strays: string[] = [];
  private lastSign = performance.now();
  private lastFence = 0;
  private enginePid: number | undefined;
  private engineEnd: RunEnd["engine"];
  private unloadable: string | undefined;
  private unstartable: string | undefined;
  private stop: Stop | undefined;
  private killed = false;
  private lastWords = "";
  private kill: NodeJS.Timeout | undefined;

  private constructor(private readonly plan: RunPlan) {
    this.child = spawn(process.execPath, [...plan.nodeArguments, childFile], {
      cwd: plan.directory.path,
      env: { ...plan.environment },
      // A session of its own: whatever it starts is found by it, and no signal of a terminal reaches it.
      detached: true,
      stdio: ["ignore", "pipe", "pipe", "ipc"],
      serialization: "json",
    });
  }

  /** @throws when the process can't be started */
  static async through(plan: RunPlan): Promise<RunEnd> {
    const run = new Run(plan);
    const tick = setInterval(() => {
      run.look();
    }, tickMs);
    const cancel = (): void => {
      run.end({ kind: "cancelled", reason: String(plan.signal.reason) });
    };
    const kill = (): void => {
      cancel();
      run.killAll();
    };
    const lose = (): void => {
      run.end({ kind: "lease", why: String(plan.lease.lost.reason) });
    };
    plan.signal.addEventListener("abort", cancel, { once: true });
    plan.killed.addEventListener("abort", kill, { once: true });
    plan.lease.lost.addEventListener("abort", lose, { once: true });
    try {
      return await run.whole();
    } finally {
      clearInterval(tick);
      clearTimeout(run.kill);
      plan.signal.removeEventListener("abort", cancel);
      plan.killed.removeEventListener("abort", kill);
      plan.lease.lost.removeEventListener("abort", lose);
    }
  }

  private async whole(): Promise<RunEnd> {
    const { child, plan } = this;
    child.on("message", (message) => {
      const parsed = fromChild.safeParse(message);
      if (parsed.success) this.heard(parsed.data);
    });
    for (const stream of ["stdout", "stderr"] as const) this.listen(stream);
    const ended = new Promise<RunEnd["child"]>((resolve, reject) => {
      child.once("error", reject);
      child.once("exit", (code, signal) => {
        resolve({ code, signal });
      });
    });
    const closed = new Promise((resolve) => child.once("close", resolve));
    const disconnected = new Promise((resolve) => child.once("disconnect", resolve));
    this.fence();
    this.tell(plan.order);
    if (plan.signal.aborted) this.end({ kind: "cancelled", reason: String(plan.signal.reason) });
    if (plan.lease.lost.aborted) this.end({ kind: "lease", why: String(plan.lease.lost.reason) });
    const how = await ended;
    // What it said last may come after its end: the channel closes when all has come.
    await Promise.race([disconnected, pause(2_000, undefined, { ref: false })]);
    if ((this.engineEnd ?? this.unloadable ?? this.unstartable) === undefined) {
      this.end({ kind: "crash" });
      await this.untilEngineIsGone();
    }
    const left = await this.sweep();
    // Everything that it printed; unless something that could not be killed holds on to its output.
    await Promise.race([closed, pause(1_000, undefined, { ref: false })]);
    const { engineEnd, enginePid, stop, unloadable, unstartable, lastWords, strays, killed } = this;
    return {
      child: how,
      strays,
      lastWords,
      killed,
      left,
      ...(engineEnd === undefined ? {} : { engine: engineEnd }),
      ...(enginePid === undefined ? {} : { enginePid }),
      ...(stop === undefined ? {} : { stop }),
      ...(unloadable === undefined ? {} : { unloadable }),
      ...(unstartable === undefined ? {} : { unstartable }),
    };
  }

  private heard(message: FromChild): void {
    this.lastSign = performance.now();
    if (message.kind === "engine") {
      // The program could name any process.
      if (this.child.pid === undefined || !isInSession(message.pid, this.child.pid)) return;
      this.enginePid ??= message.pid;
      if (this.stop !== undefined) signalProcess(message.pid, "SIGINT");
    }
    if (message.kind === "unloadable") this.unloadable ??= message.message;
    if (message.kind === "unstartable") this.unstartable ??= message.message;
    if (message.kind === "stray") this.strays.push(message.message);
    if (message.kind === "interrupted") this.end({ kind: "cancelled", reason: "interrupted from outside" });
    if (message.kind === "ended") this.engineEnd ??= { code: message.code, signal: message.signal };
  }

  /** Looks whether all is well. */
  private look(): void {
    const { limits, directory } = this.plan;
    const now = performance.now();
    if (now - this.started > limits.operationMs) this.end({ kind: "deadline", ms: limits.operationMs });
    if (this.child.exitCode === null && this.child.signalCode === null && now - this.lastSign > limits.hangMs)
      this.end({ kind: "hung", ms: limits.hangMs });
    const mb = this.child.pid === undefined ? 0 : memoryOf(this.child.pid);
    if (mb > limits.memoryMb) this.end({ kind: "memory", mb: Math.round(mb), limitMb: limits.memoryMb });
    const written = sizeOf(directory.eventLog) + sizeOf(directory.engineOutput);
    if (written > limits.outputMb << 20) this.end({ kind: "output", mb: limits.outputMb });
    if (now - this.lastFence > 2_000) this.fence();
    // What hangs does not notice that the engine has stopped.
    if (this.stop?.kind === "hung" && !this.engineRuns()) this.killAll();
  }

  /** Asks the engine to stop; after the grace, or at once when there is none yet or no time, everything is killed. */
  private end(stop: Stop): void {
    if (this.stop !== undefined) return;
    this.stop = stop;
    const atOnce = stop.kind === "memory" || stop.kind === "lease" || this.enginePid === undefined;
    if (atOnce) this.killAll();
    else {
      if (this.enginePid !== undefined) signalProcess(this.enginePid, "SIGINT");
      this.kill = setTimeout(() => {
        this.killAll();
      }, this.plan.limits.graceMs);
    }
  }

  private killAll(): void {
    this.killed ||= this.engineRuns();
    // The engine first: one that sees its plugins die takes their work for failed, and forgets what may have been made.
    if (this.enginePid !== undefined) signalProcess(this.enginePid, "SIGKILL");
    for (const pid of processesOf(this.plan.operation, this.child.pid)) signalProcess(pid, "SIGKILL");
  }

  private async untilEngineIsGone(): Promise<void> {
    while (this.engineRuns()) await pause(25);
  }

  private engineRuns(): boolean {
    const { pid } = this.child;
    return this.enginePid !== undefined && pid !== undefined && isInSession(this.enginePid, pid);
  }

  /** Plugins end with the engine, only not in the same moment. */
  private async sweep(): Promise<readonly number[]> {
    const { operation } = this.plan;
    for (let waited = 0; waited < 500 && processesOf(operation, this.child.pid).length > 0; waited += 25)
      await pause(25);
    return killOperation(operation, this.child.pid);
  }

  private fence(): void {
    this.lastFence = performance.now();
    this.tell({ kind: "fence", ms: Math.max(0, this.plan.lease.remainingMs()) + fenceSlackMs });
  }

  private tell(message: ToChild): void {
    if (this.child.connected) this.child.send(message, () => undefined);
  }

  private listen(stream: "stdout" | "stderr"): void {
    const lines = new PrintedLines((line) => {
      this.plan.onPrinted(stream, line);
    });
    this.child[stream]?.on("data", (chunk: Buffer) => {
      lines.push(chunk);
      if (stream === "stderr") this.lastWords = (this.lastWords + chunk.toString()).slice(-4_000);
    });
    this.child[stream]?.once("end", () => {
      lines.end();
    });
  }
}

function sizeOf(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.size ?? 0;
}
