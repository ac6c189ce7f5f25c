import { spawn } from "node:child_process";

/** A command that runs in a session of its own. */
export interface Started {
  readonly session: number;
  /** Rejects when it ends with anything but 0. */
  readonly ended: Promise<void>;
}

export function started(
  command: string,
  args: readonly string[],
  { cwd, env }: { readonly cwd: string; readonly env: NodeJS.ProcessEnv },
): Started {
  const child = spawn(command, args, { cwd, env, detached: true, stdio: ["ignore", "pipe", "pipe"], timeout: 600_000 });
  let said = "";
  for (const stream of [child.stdout, child.stderr])
    stream.on("data", (chunk: Buffer) => (said = (said + chunk.toString()).slice(-4_000)));
  const ended = new Promise<void>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code) => {
      if (code === 0) resolve();
      else reject(new Error(`${command} ${args.join(" ")} ended with ${code ?? "a signal"}:\n${said}`));
    });
  });
  return { session: child.pid ?? 0, ended };
}
