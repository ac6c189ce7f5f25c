import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parentPort, workerData } from "node:worker_threads";

/** Looks at every process's arguments and environment until it is told to stop, and then tells all that it has seen. */
const own = String(workerData);
const texts = new Set<string>();

/** What each process was last seen to run: its environment is another one only when that is. */
const running = new Map<string, string>();

function look(): void {
  for (const pid of readdirSync("/proc")) {
    if (!/^\d+$/.test(pid) || pid === own) continue;
    try {
      const command = readFileSync(join("/proc", pid, "cmdline"), "latin1");
      if (running.get(pid) === command) continue;
      const environment = readFileSync(join("/proc", pid, "environ"), "latin1");
      running.set(pid, command);
      texts.add(command).add(environment);
    } catch {
      // It has ended.
    }
  }
}

// A command takes a tenth of a second at least; looking without a pause would keep a processor busy.
const timer = setInterval(look, 10);

parentPort?.on("message", (message) => {
  if (message === "look") {
    look();
    parentPort?.postMessage("looked");
    return;
  }
  clearInterval(timer);
  parentPort?.postMessage([...texts].join("\n"));
  parentPort?.close();
});
