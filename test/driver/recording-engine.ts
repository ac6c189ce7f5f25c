import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { type Engine, findEngine } from "../../driver/engine";

/** One start of the engine. */
export interface EngineCall {
  readonly args: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
}

/** The real engine, behind a script that notes how it was started before it becomes it. */
export class RecordingEngine {
  private readonly folder = mkdtempSync(join(tmpdir(), "deploy4me-recording-"));
  readonly engine: Engine;

  constructor() {
    const { pulumi, plugins } = findEngine();
    const script = join(this.folder, "pulumi");
    writeFileSync(
      script,
      `#!/bin/sh
umask 077
call=$(date +%s%N)-$$
cat /proc/$$/cmdline >'${this.folder}'/$call.args
cat /proc/$$/environ >'${this.folder}'/$call.environment
exec '${pulumi}' "$@"
`,
      { mode: 0o700 },
    );
    this.engine = { pulumi: script, plugins };
  }

  /** In their order. */
  get calls(): readonly EngineCall[] {
    return readdirSync(this.folder)
      .filter((name) => name.endsWith(".args"))
      .sort()
      .map((name) => ({
        // The first two are the shell and the script.
        args: parts(join(this.folder, name)).slice(2),
        environment: Object.fromEntries(
          parts(join(this.folder, name.replace(".args", ".environment"))).map((text) => {
            const at = text.indexOf("=");
            return [text.slice(0, at), text.slice(at + 1)];
          }),
        ),
      }));
  }

  forget(): void {
    for (const name of readdirSync(this.folder)) if (name !== "pulumi") rmSync(join(this.folder, name));
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

function parts(file: string): string[] {
  return readFileSync(file, "utf8").split("\0").slice(0, -1);
}
