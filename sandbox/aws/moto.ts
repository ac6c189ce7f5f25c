import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { openSync, closeSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";

import { z } from "zod";

import type { SandboxRanges } from "../hosts/hosts";
import { assignedAddresses } from "./addresses";

/** moto is not there, or does not answer. */
export class MotoFailed extends Error {
  override readonly name = "MotoFailed";
  readonly code = "MOTO_FAILED";
}

export interface MotoOptions {
  /** Where moto was put: see `setup/moto`. */
  readonly environment: string;
  /** The folder of `cloud.py` and `amis.json`. */
  readonly source: string;
  /** For its settings and its log. */
  readonly directory: string;
  readonly port: number;
  readonly ranges: SandboxRanges;
}

const changesSchema = z.object({
  change: z.number(),
  regions: z.array(z.string()),
  reboots: z.record(z.string(), z.number()),
  forced: z.array(z.string()),
});
export type Changes = z.infer<typeof changesSchema>;

/** AWS's API, played by moto in a process of its own. It keeps nothing: the account is empty at every start. */
export class Moto {
  private constructor(
    private readonly process: ChildProcess,
    readonly url: string,
  ) {}

  /** @throws MotoFailed */
  static async start({ environment, source, directory, port, ranges }: MotoOptions): Promise<Moto> {
    const settings = join(directory, "aws.json");
    writeFileSync(
      settings,
      JSON.stringify({
        elastic: ranges.reserved,
        public: assignedAddresses(ranges),
        ipv6: ranges.ipv6,
        vpcIpv6: "2001:db8:aa00::/48",
      }),
    );
    const log = openSync(join(directory, "moto.log"), "a", 0o600);
    const process = spawn(join(environment, "bin", "python"), [join(source, "cloud.py"), String(port), settings], {
      stdio: ["ignore", log, log],
      env: { PATH: "/usr/bin:/bin", MOTO_AMIS_PATH: join(source, "amis.json") },
    });
    closeSync(log);
    let problem: unknown;
    process.once("error", (error) => (problem = error));
    const moto = new Moto(process, `http://127.0.0.1:${port}`);
    for (let tries = 0; tries < 240; tries++) {
      if (problem !== undefined) throw new MotoFailed("moto is not there: run `make moto`", { cause: problem });
      if (process.exitCode !== null) throw new MotoFailed(`moto ended at once: see moto.log in ${directory}`);
      if ((await moto.ask(-1).catch(() => undefined)) !== undefined) return moto;
      await pause(250);
    }
    await moto.stop();
    throw new MotoFailed(`moto does not answer: see moto.log in ${directory}`);
  }

  /** Waits until something was changed since; answers after half a minute all the same. */
  changesSince(change: number, signal: AbortSignal): Promise<Changes> {
    return this.ask(change, signal);
  }

  /** Tells that the machines are as they had to be after a change, and which machine each instance has. */
  async shown(change: number, machines: Readonly<Record<string, number>>): Promise<void> {
    await fetch(`${this.url}/deploy4me/machines`, {
      method: "PUT",
      body: JSON.stringify({ change, machines }),
      signal: AbortSignal.timeout(60_000),
    });
  }

  async stop(): Promise<void> {
    if (this.process.exitCode !== null || this.process.signalCode !== null) return;
    const ended = once(this.process, "exit");
    this.process.kill("SIGTERM");
    const timer = setTimeout(() => this.process.kill("SIGKILL"), 5_000);
    await ended;
    clearTimeout(timer);
  }

  private async ask(change: number, signal?: AbortSignal): Promise<Changes> {
    const limit = AbortSignal.timeout(60_000);
    const answer = await fetch(`${this.url}/deploy4me/changes?after=${change}`, {
      signal: signal === undefined ? limit : AbortSignal.any([signal, limit]),
    });
    return changesSchema.parse(await answer.json());
  }
}
