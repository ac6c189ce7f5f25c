import { type ChildProcess, spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { constants } from "node:os";

import { CommandNotStarted } from "./errors";

/**
 * Runs a command in this process's place: in the same terminal, with the same standard streams, and with the signals that come here.
 * @returns what a shell would make of its end: its exit code, or 128 and the number of the signal that ended it
 * @throws CommandNotStarted
 */
export async function runInPlace(
  command: readonly [string, ...string[]],
  environment: NodeJS.ProcessEnv,
): Promise<number> {
  const [program, ...args] = command;
  let child: ChildProcess | undefined;
  // Before it starts: a signal that comes in between would end this process and leave the command alone.
  const letGo = handOnSignals((signal) => child?.kill(signal));
  try {
    const started = spawn(program, args, { env: environment, stdio: "inherit" });
    child = started;
    return await new Promise((resolve, reject) => {
      started.once("error", (error: NodeJS.ErrnoException) => {
        reject(new CommandNotStarted(program, error.code === "ENOENT" ? 127 : 126, { cause: error }));
      });
      started.once("exit", (code, signal) => {
        resolve(code ?? 128 + constants.signals[signal ?? "SIGKILL"]);
      });
    });
  } finally {
    letGo();
  }
}

/** What a terminal sends to all of its processes in the foreground: the command gets it by itself, and twice would mean something else to it. */
const ofTerminals = ["SIGINT", "SIGQUIT"] as const;
const others = ["SIGTERM", "SIGHUP", "SIGUSR2"] as const;

function handOnSignals(handOn: (signal: NodeJS.Signals) => void): () => void {
  const stay = (): void => undefined;
  const inTerminal = hasTerminal();
  const listeners = [
    ...ofTerminals.map((signal) => [signal, inTerminal ? stay : handOn] as const),
    ...others.map((signal) => [signal, handOn] as const),
  ];
  for (const [signal, listener] of listeners) process.on(signal, listener);
  return () => {
    for (const [signal, listener] of listeners) process.off(signal, listener);
  };
}

/** Whether the process has a controlling terminal (proc_pid_stat(5), tty_nr: the fifth field after the name), wherever its streams lead. */
function hasTerminal(): boolean {
  try {
    const stat = readFileSync("/proc/self/stat", "utf8");
    return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[4] !== "0";
  } catch {
    return [process.stdin, process.stdout, process.stderr].some(({ isTTY }) => isTTY);
  }
}
