import { spawn } from "node:child_process";
import { rmSync } from "node:fs";
import { join } from "node:path";

import type { Comparison } from "../measure";
import { type Bench, onStack, tokenOf } from "../stack";
import { Account } from "./account";
import { preparePeer } from "./prepare";

/** From an empty account to a wiki that answers, with everything on this machine set up: ours against a shell script. */
export function deploymentComparison(bench: Bench): Comparison {
  const work = join(bench.home.directory, "peer");
  const account = new Account(bench.cloud.apiUrl, tokenOf(bench));
  return {
    name: "warm deployment",
    runs: 3,
    atMost: 1.3,
    ours: {
      name: "pulumi up",
      run: () => onStack(bench, "up"),
      after: async () => {
        await onStack(bench, "destroy");
        await account.mustBeEmpty();
      },
    },
    peer: {
      name: "shell script",
      before: () => preparePeer(work, bench.request, tokenOf(bench)),
      run: () => runPeer(bench, work),
      after: async () => {
        await account.empty();
        rmSync(work, { recursive: true, force: true });
      },
    },
  };
}

function runPeer({ home, cloud, request }: Bench, work: string): Promise<void> {
  const { domain, region, size, networkRange } = request;
  return new Promise((resolve, reject) => {
    const child = spawn("bash", [join(home.root, "bench", "deployment", "peer.sh")], {
      env: {
        PATH: process.env.PATH,
        HOME: process.env.HOME,
        API: cloud.apiUrl,
        WORK: work,
        DOMAIN: domain,
        REGION: region,
        SIZE: size,
        RANGE: networkRange,
      },
      stdio: ["ignore", "pipe", "pipe"],
      timeout: 10 * 60_000,
    });
    let said = "";
    for (const stream of [child.stdout, child.stderr]) {
      stream.on("data", (chunk: Buffer) => (said = (said + chunk.toString()).slice(-4000)));
    }
    child.on("error", reject);
    child.on("close", (code) => {
      if (code === 0) resolve();
      else reject(new Error(`the peer's script ended with ${code ?? "a signal"}:\n${said}`));
    });
  });
}
