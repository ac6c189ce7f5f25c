import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { appendFileSync, readFileSync, watch } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

import { daemonFiles, readRecord } from "../../../sandbox/daemon-files";

const program = join(__dirname, "..", "..", "..", "sandbox", "main.js");
const startLimit = 120_000;

/** The daemon as a process of its own, which can be killed and started again. */
export class DaemonProcess {
  readonly files;
  private child: ChildProcess | undefined;
  private url = "";

  constructor(
    readonly directory: string,
    private readonly image: string,
  ) {
    this.files = daemonFiles(directory);
  }

  /** Only starts the process: it may be killed before it answers. */
  spawn(): void {
    const child = spawn(process.execPath, [program, this.directory, this.image], { stdio: ["ignore", "pipe", "pipe"] });
    for (const stream of [child.stdout, child.stderr])
      stream.on("data", (text: Buffer) => {
        appendFileSync(this.files.log, text);
      });
    this.child = child;
  }

  /** Waits until the API answers. @throws when the process ends, or takes too long */
  async ready(): Promise<void> {
    const deadline = Date.now() + startLimit;
    for (;;) {
      const { pid, exitCode, signalCode } = this.running;
      const record = readRecord(this.files);
      if (record?.pid === pid && record?.ready !== undefined) {
        this.url = record.ready.apiUrl;
        return;
      }
      if (exitCode !== null || signalCode !== null)
        throw new Error(`the daemon ended at its start (${exitCode ?? signalCode ?? ""})\n${this.logTail()}`);
      if (Date.now() > deadline) throw new Error(`the daemon does not come up\n${this.logTail()}`);
      await sleep(20);
    }
  }

  /** @returns undefined when the connection broke before there was an answer */
  async call(method: string, path: string, body?: object): Promise<{ status: number; body: unknown } | undefined> {
    const token = readFileSync(this.files.token, "utf8").trim();
    try {
      const response = await fetch(`${this.url}${path}`, {
        method,
        headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        signal: AbortSignal.timeout(30_000),
      });
      const text = await response.text();
      return { status: response.status, body: text === "" ? undefined : (JSON.parse(text) as unknown) };
    } catch (error) {
      if (this.ended) return undefined;
      throw error;
    }
  }

  /** Whether it was killed or told to end, or is being: its connections break a moment before its end is known. */
  get ended(): boolean {
    const { exitCode, signalCode, killed } = this.running;
    return killed || exitCode !== null || signalCode !== null;
  }

  async kill(): Promise<void> {
    const { running } = this;
    const exit = running.exitCode === null && running.signalCode === null ? once(running, "exit") : undefined;
    running.kill("SIGKILL");
    await exit;
  }

  /** Asks it to end in order, and does not wait. */
  terminate(): void {
    this.running.kill("SIGTERM");
  }

  /** Resolves when the state was written so many times from now on, or after a while. */
  async writes(count: number, patienceMs: number): Promise<void> {
    const stop = new AbortController();
    const watcher = watch(this.files.cloud, { signal: stop.signal });
    watcher.on("error", () => undefined);
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, patienceMs);
      let left = count;
      watcher.on("change", (event, name) => {
        // The new file takes the old one's place: the moment from which the change counts.
        if (event !== "rename" || name !== "cloud.json" || --left > 0) return;
        clearTimeout(timer);
        resolve();
      });
    });
    stop.abort();
  }

  logTail(lines = 40): string {
    return readFileSync(this.files.log, "utf8").split("\n").slice(-lines).join("\n");
  }

  private get running(): ChildProcess {
    if (this.child === undefined) throw new Error("the daemon was not started");
    return this.child;
  }
}
