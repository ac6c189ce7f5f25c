import { spawn } from "node:child_process";

import { HelperFailed } from "./errors";

/** What is locked: something that is always there, so that no file of ours has to stay on the machine. */
const lockedPlace = "/run";

const title = "The lock of this machine's sandboxes";
const waitSeconds = 60;

/**
 * Does something while no other process on this machine does. A lock whose holder was killed is free at once.
 * @throws HelperFailed when it can't be had within 60 s
 */
export async function locked<T>(work: () => Promise<T>): Promise<T> {
  // The lock is a child's, which ends when its standard input does: with the work, or with us.
  const command = ["--timeout", String(waitSeconds), lockedPlace, "sh", "-c", "echo locked; exec cat"];
  const holder = spawn("flock", command, { stdio: ["pipe", "pipe", "ignore"] });
  const ended = new Promise<void>((resolve) =>
    holder.once("close", () => {
      resolve();
    }),
  );
  try {
    await new Promise<void>((resolve, reject) => {
      holder.once("error", (error) => {
        reject(new HelperFailed(title, "could not be taken: flock can't be run", { cause: error }));
      });
      holder.once("close", () => {
        reject(new HelperFailed(title, `is held by another process for more than ${waitSeconds} s`));
      });
      holder.stdout.once("data", () => {
        resolve();
      });
    });
    return await work();
  } finally {
    holder.stdin.on("error", () => undefined);
    holder.stdin.end();
    if (holder.pid !== undefined) await ended;
  }
}
