import { readFile } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";

import type { MachineProcess } from "./process";

/** When a disk that is to be full gets full although nobody can log in yet. */
const patienceMs = 30_000;

/** Waits until a machine's SSH server listens, for half a minute at most, or until the machine is off. */
export async function whenServing(run: MachineProcess): Promise<void> {
  const deadline = Date.now() + patienceMs;
  while (run.pid !== undefined && Date.now() < deadline) {
    const init = await run.init();
    const sockets = await Promise.all(
      ["tcp", "tcp6"].map((table) => readFile(`/proc/${init ?? 0}/net/${table}`, "utf8").catch(() => "")),
    );
    // Local port 22, listening.
    if (sockets.some((text) => /^\s*\d+: [0-9A-F]+:0016 [0-9A-F]+:0000 0A /m.test(text))) return;
    await sleep(100);
  }
}
