import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parentPort, workerData } from "node:worker_threads";

/** Looks at every process's arguments and environment until it is told to stop, and then tells all that it has seen. */
const own = String(workerData);
const texts = new Set<string>();

function look(): void {
  for (const pid of readdirSync("/proc")) {
    if (!/^\d+$/.test(pid) || pid === own) continue;
    for (const file of ["cmdline", "environ"]) {
      try {
        texts.add(readFileSync(join("/proc", pid, file), "latin1"));
      } catch {
        // It has ended.
      }
    }
  }
}

const timer = setInterval(look, 3);

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
