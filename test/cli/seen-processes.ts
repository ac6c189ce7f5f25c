import { chmodSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";

/**
 * Looks at the arguments and the environment of every process of this machine, over and over. What is short-lived may be missed:
 * {@link RecordedPulumi} misses nothing, but sees one program only.
 */
export class SeenProcesses {
  private readonly texts = new Set<string>();
  private readonly timer = setInterval(() => {
    this.look();
  }, 1);

  /** All that was seen. */
  stop(): string {
    clearInterval(this.timer);
    return [...this.texts].join("\n");
  }

  private look(): void {
    for (const pid of readdirSync("/proc")) {
      if (!/^\d+$/.test(pid) || pid === String(process.pid)) continue;
      for (const file of ["cmdline", "environ"]) {
        try {
          this.texts.add(readFileSync(join("/proc", pid, file), "latin1"));
        } catch {
          // It has ended.
        }
      }
    }
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
