import { once } from "node:events";
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { Worker } from "node:worker_threads";

/**
 * Looks at the arguments and the environment of every process of this machine, over and over. What is short-lived may be missed:
 * {@link RecordedPulumi} misses nothing, but sees one program only.
 */
export class SeenProcesses {
  // In a thread of its own: it would keep everything else of this one waiting.
  private readonly worker = new Worker(join(__dirname, "seen-processes-worker.js"), { workerData: process.pid });

  /** Waits until all that runs now has been looked at. */
  async look(): Promise<void> {
    this.worker.postMessage("look");
    await once(this.worker, "message");
  }

  /** @returns all that was seen */
  async stop(): Promise<string> {
    this.worker.postMessage("stop");
    const [seen] = (await once(this.worker, "message")) as [string];
    return seen;
  }
}

/** A `pulumi` that writes down what it is started with, and then is the real one. */
export class RecordedPulumi {
  private readonly file: string;

  /** @param real the search path on which the real one is */
  constructor(
    private readonly directory: string,
    private readonly real: string,
  ) {
    mkdirSync(directory);
    this.file = join(directory, "seen");
    const script = `#!/bin/sh\n{ echo "pulumi $*"; env; } >>'${this.file}'\nPATH='${real}' exec pulumi "$@"\n`;
    writeFileSync(join(directory, "pulumi"), script);
    chmodSync(join(directory, "pulumi"), 0o755);
  }

  get path(): string {
    return [this.directory, this.real].join(delimiter);
  }

  /** Arguments and environment of each start. */
  get seen(): string {
    return readFileSync(this.file, "utf8");
  }
}
