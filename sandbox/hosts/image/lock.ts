import { spawn } from "node:child_process";
import { once } from "node:events";

import { ImageBuildFailed } from "./errors";

/**
 * Waits until no other process holds the lock, and holds it until the function returned is called. A holder that is
 * killed lets go: `flock` ends when its standard input does.
 * @param waiting Called once when another process holds it.
 */
export async function lock(file: string, waiting: () => void): Promise<() => void> {
  const holder = spawn("flock", [file, "sh", "-c", "echo held && exec cat"], { stdio: ["pipe", "pipe", "inherit"] });
  const patience = setTimeout(waiting, 500);
  try {
    const held = await Promise.race([
      once(holder.stdout, "data").then(() => true),
      once(holder, "exit").then(() => false),
    ]);
    if (!held) throw new ImageBuildFailed(`the lock ${file} can't be taken.`);
  } finally {
    clearTimeout(patience);
  }
  return () => {
    holder.stdin.end();
  };
}
