import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { Readable } from "node:stream";

import { outside } from "./addresses";
import type { Layout } from "./addresses";
import { namespacePath } from "./command";
import { HelperFailed } from "./errors";
import { Helper } from "./helper";

/**
 * The machines' way to the world. slirp4netns speaks for them with ordinary sockets of this machine, so nothing is
 * forwarded, translated or filtered in the machine's own namespace. It also asks this machine's resolver, whichever it is.
 * The loopback of this machine stays out of reach.
 */
export function outsideHelper(layout: Layout, log: (line: string) => void): Helper<ChildProcess> {
  return new Helper({
    title: "The way out (slirp4netns)",
    log,
    start: () =>
      spawn(
        "slirp4netns",
        [
          "--configure",
          "--disable-host-loopback",
          `--cidr=${outside.range}`,
          "--ready-fd=3",
          "--exit-fd=4",
          "--netns-type=path",
          namespacePath(layout.router),
          outside.link,
        ],
        // When we end, however we end, descriptor 4 is closed, and slirp4netns ends too.
        { stdio: ["ignore", "ignore", "ignore", "pipe", "pipe"] },
      ),
    ready: (child) =>
      new Promise((resolve, reject) => {
        const ready = child.stdio[3];
        if (!(ready instanceof Readable)) throw new HelperFailed("The way out (slirp4netns)", "has no pipe to us");
        ready.once("data", () => {
          resolve();
        });
        ready.once("error", reject);
        child.stdio[4]?.on("error", () => undefined);
      }),
    // Destroyed, not ended: it waits for a hang-up, not for an end of input.
    stop: (child) => child.stdio[4]?.destroy(),
  });
}
