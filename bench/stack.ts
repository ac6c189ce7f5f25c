import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { stringify } from "yaml";

import { cloudAccess, resetSandbox, startSandbox } from "../cli/daemon";
import type { CloudAccess } from "../cli/environment";
import { type Home, home } from "../cli/home";
import { pulumi } from "../cli/pulumi";
import { ensureStack } from "../cli/stack";
import type { Request } from "./deployment/request";

/** A sandbox of the benchmarks' own, beside whatever else runs on this machine. */
export interface Bench {
  readonly home: Home;
  readonly cloud: CloudAccess;
  readonly request: Request;
  readonly stack: string;
  readonly configFile: string;
}

const stack = "bench";

/** Where everything of the benchmarks lies. */
export function benchDirectory(): string {
  return join(home().root, ".deploy4me", "homes", "bench");
}

export async function openBench(say: (line: string) => void): Promise<Bench> {
  const directory = benchDirectory();
  const where = home({ DEPLOY4ME_HOME: directory });
  await resetSandbox(where, say);
  rmSync(directory, { recursive: true, force: true });
  mkdirSync(directory, { recursive: true });
  say("starting a sandbox");
  // Many deployments one after another, as no account's limit of requests allows.
  const { sandbox } = await startSandbox(where, say, { rateLimits: false });
  const cloud = cloudAccess(where, sandbox);
  const request: Request = {
    domain: "bench.example",
    region: "fra1",
    size: "s-1vcpu-1gb",
    networkRange: "10.20.0.0/24",
    adminAccess: [cloud.deployer],
    title: "Wiki of the benchmarks",
  };
  const bench = { home: where, cloud, request, stack, configFile: join(directory, `Pulumi.${stack}.yaml`) };
  writeFileSync(bench.configFile, stringify({ config: configOf(request) }));
  await ensureStack(where, cloud, { name: stack, configFile: bench.configFile });
  return bench;
}

export async function closeBench({ home: where }: Bench, say: (line: string) => void): Promise<void> {
  await resetSandbox(where, say);
}

/** `pulumi` on the stack that is measured, as a person would call it. */
export async function onStack(bench: Bench, operation: "up" | "preview" | "destroy"): Promise<void> {
  const flags = operation === "preview" ? [] : ["--yes", "--skip-preview"];
  const args = [operation, ...flags, "--stack", bench.stack, "--config-file", bench.configFile];
  await pulumi(bench.home, bench.cloud, args, { timeoutMs: 10 * 60_000 });
}

export function tokenOf({ cloud }: Bench): string {
  return readFileSync(cloud.tokenFile, "utf8").trim();
}

function configOf({ domain, region, size, networkRange, title }: Request): Record<string, unknown> {
  const software = [{ name: "wiki", software: "dokuwiki", size, parameters: { title } }];
  const settings = { domain, region, networkRange, bastionSize: size, software, tls: { issuer: "private-ca" } };
  return Object.fromEntries(Object.entries(settings).map(([key, value]) => [`deploy4me:${key}`, value]));
}
