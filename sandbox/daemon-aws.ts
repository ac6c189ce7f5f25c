import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";

import { AwsCloud } from "./aws/cloud";
import type { DaemonFiles } from "./daemon-files";
import type { Hosts, SandboxRanges } from "./hosts/hosts";
import { removeHosts } from "./hosts/room";

export interface AwsOptions {
  /** Where moto was put: see `setup/moto`. */
  readonly environment: string;
  /** The folder of its program: `sandbox/aws`. */
  readonly source: string;
}

/** AWS beside DigitalOcean, with a machine room of its own. */
export interface RunningAws {
  readonly endpointUrl: string;
  readonly ranges: SandboxRanges;
  close(): Promise<void>;
}

/** Starts with an empty account, and so with an empty room: moto keeps nothing. */
export async function startAws(
  files: DaemonFiles,
  options: AwsOptions,
  openRoom: (directory: string, log: (line: string) => void) => Promise<Hosts>,
  log: (line: string) => void,
): Promise<RunningAws> {
  mkdirSync(files.aws, { recursive: true, mode: 0o700 });
  await removeHosts(files.awsRoom);
  const hosts = await openRoom(files.awsRoom, log);
  try {
    let last = 0;
    const port = await keptPort(join(files.aws, "port"));
    const cloud = await AwsCloud.start({ ...options, hosts, directory: files.aws, port, nextId: () => ++last, log });
    return {
      endpointUrl: cloud.url,
      ranges: hosts.ranges,
      async close() {
        await cloud.close();
        await hosts.close();
      },
    };
  } catch (error) {
    await hosts.close();
    throw error;
  }
}

/** That of the last start, where nobody has taken it meanwhile. */
async function keptPort(file: string): Promise<number> {
  const kept = existsSync(file) ? Number(readFileSync(file, "utf8")) : 0;
  const port = await freePort(kept).catch(() => freePort(0));
  writeFileSync(file, `${port}\n`);
  return port;
}

function freePort(wanted: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen({ host: "127.0.0.1", port: wanted }, () => {
      const address = server.address();
      server.close(() => {
        if (typeof address === "object" && address !== null) resolve(address.port);
        else reject(new Error("a server without a port"));
      });
    });
  });
}
