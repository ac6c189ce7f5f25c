import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";

import { projectRoot } from "../../../cli/home";

/** moto's own server, as it comes, with nothing behind it: AWS's API by somebody else. */
export class Moto {
  private constructor(
    private readonly process: ChildProcess,
    readonly url: string,
  ) {}

  /** @throws when it does not answer within a minute */
  static async start(): Promise<Moto> {
    const root = projectRoot();
    const port = await freePort();
    const command = join(root, ".deploy4me", "moto", "bin", "moto_server");
    const process = spawn(command, ["--host", "127.0.0.1", "--port", String(port)], {
      stdio: "ignore",
      env: { PATH: "/usr/bin:/bin", MOTO_AMIS_PATH: join(root, "sandbox", "aws", "amis.json") },
    });
    const failed = once(process, "error").then(([error]) => {
      throw new Error("moto could not be started: run `make moto`", { cause: error });
    });
    const moto = new Moto(process, `http://127.0.0.1:${port}`);
    await Promise.race([moto.answers(), failed]);
    failed.catch(() => undefined);
    return moto;
  }

  async stop(): Promise<void> {
    if (this.process.exitCode !== null) return;
    this.process.kill("SIGKILL");
    await once(this.process, "exit");
  }

  private async answers(): Promise<void> {
    for (let tries = 0; tries < 240; tries++) {
      const answer = await fetch(`${this.url}/moto-api/`, { signal: AbortSignal.timeout(5_000) }).catch(
        () => undefined,
      );
      if (answer?.ok) return;
      await pause(250);
    }
    throw new Error("moto does not answer");
  }
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  if (typeof address !== "object" || address === null) throw new Error("no port");
  return address.port;
}
