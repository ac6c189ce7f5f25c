import { type ChildProcess, spawn } from "node:child_process";
import { readFile } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";

import { disk } from "./layout";
import { type Launch, launchCommand, launchEnvironment } from "./launch";

/** How a machine's run ended. */
export type Ending = "halted" | "rebooted";

/** The supervisor's exit code when the guest asked for a reboot and somebody else has to do it. */
const rebootExitCode = 133;
/** Signals by which a machine's systemd is asked to power off or to reboot. */
export const askFor = { powerOff: 34 + 4, reboot: 34 + 5 } as const;

const initTimeoutMs = 60_000;
const consoleLimitBytes = 1 << 20;

/** One run of a machine, from power on to its end. */
export class MachineProcess {
  /** Resolves at the end of the run; never rejects. */
  readonly ended: Promise<Ending>;
  /** When all that it said lies on the disk: a moment after its end. */
  readonly consoleWritten: Promise<void>;
  /** Why there was no run at all. */
  private failure: Error | undefined;
  private over = false;
  private readonly supervisor: ChildProcess;

  /** @param folder The machine's, which holds its disk and gets its console. */
  constructor(folder: string, launch: Launch) {
    const [program, ...args] = launchCommand(launch);
    const console = consoleWriter(folder);
    this.supervisor = spawn(program, args, {
      cwd: folder,
      env: launchEnvironment,
      // Not of our session: an interrupt at our terminal is not meant for the machines.
      detached: true,
      stdio: ["ignore", console.stdin, console.stdin],
    });
    console.stdin?.destroy();
    this.consoleWritten = new Promise((resolve) => {
      console.once("exit", () => {
        resolve();
      });
      console.once("error", () => {
        resolve();
      });
    });
    this.ended = new Promise((resolve) => {
      this.supervisor.on("error", (error) => {
        this.failure = error;
        this.over = true;
        resolve("halted");
      });
      this.supervisor.on("exit", (code) => {
        this.over = true;
        resolve(code === rebootExitCode ? "rebooted" : "halted");
      });
    });
  }

  /** The process whose mount namespace has the machine's disk; undefined when the run is over. */
  get pid(): number | undefined {
    return this.over ? undefined : this.supervisor.pid;
  }

  /** Waits until the machine's own init runs. Fails with a short reason when it never does. */
  async initRuns(): Promise<void> {
    const deadline = Date.now() + initTimeoutMs;
    for (;;) {
      if ((await this.init()) !== undefined) return;
      if (this.over) {
        const { exitCode, signalCode } = this.supervisor;
        throw new Error(
          this.failure?.message ?? `its supervisor ended at once (${signalCode ?? `exit code ${exitCode ?? -1}`})`,
        );
      }
      if (Date.now() > deadline) throw new Error(`its init did not start within ${initTimeoutMs / 1000} s`);
      await sleep(20);
    }
  }

  /** Pulls the plug. */
  async kill(): Promise<void> {
    // The end of its init ends everything in the machine; the supervisor then ends by itself.
    const init = await this.init();
    if (init === undefined) this.supervisor.kill("SIGKILL");
    else signal(init, "SIGKILL");
    if (!(await this.endsWithin(5_000))) this.supervisor.kill("SIGKILL");
    await this.ended;
  }

  /**
   * Asks the machine's init, as the power button does.
   * @returns whether the run ended within the time
   */
  async ask(what: number, graceMs: number): Promise<boolean> {
    const deadline = Date.now() + graceMs;
    while (!this.over) {
      const left = deadline - Date.now();
      if (left <= 0) return false;
      // An init that has just started does not listen yet, so it is asked again.
      const init = await this.init();
      if (init !== undefined) signal(init, what);
      await this.endsWithin(Math.min(left, 3_000));
    }
    return true;
  }

  private async endsWithin(timeMs: number): Promise<boolean> {
    const clock = new AbortController();
    const late = sleep(timeMs, false, { signal: clock.signal }).catch(() => false);
    const ended = await Promise.race([this.ended.then(() => true), late]);
    clock.abort();
    return ended;
  }

  /** The machine's init, as soon as it is one: before that, the same process prepares the machine. */
  async init(): Promise<number | undefined> {
    const { pid } = this.supervisor;
    if (pid === undefined || this.over) return undefined;
    const children = await readFile(`/proc/${pid}/task/${pid}/children`, "utf8").catch(() => "");
    const [first] = children.split(" ").filter(Boolean).map(Number);
    if (first === undefined) return undefined;
    const name = await readFile(`/proc/${first}/comm`, "utf8").catch(() => "");
    return name.trim() === "systemd" ? first : undefined;
  }
}

/** Keeps the beginning of a run's console and drops the rest, so that no machine fills this one's disk. */
function consoleWriter(folder: string): ChildProcess {
  const writer = spawn(
    "sh",
    ["-c", 'head -c "$1" >"$2"; exec cat >/dev/null', "sh", String(consoleLimitBytes), disk.console],
    { cwd: folder, detached: true, stdio: ["pipe", "ignore", "ignore"] },
  );
  writer.on("error", () => undefined);
  writer.unref();
  return writer;
}

function signal(pid: number, what: NodeJS.Signals | number): void {
  try {
    process.kill(pid, what);
  } catch {
    // It ended by itself meanwhile.
  }
}
