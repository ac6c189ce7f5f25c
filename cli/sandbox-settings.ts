import type { Command } from "commander";
import { InvalidArgumentError, Option } from "commander";

import { admin } from "./admin";
import { home } from "./home";
import { seconds } from "./sandbox-clock";

interface Options {
  readonly rateLimits?: "on" | "off";
  readonly droplets?: number;
  readonly reservedIps?: number;
  readonly volumes?: number;
  readonly hideDroplets?: number;
  readonly actions?: number;
}

/** `deploy4me sandbox settings`: how the cloud behaves towards its clients. */
export function registerSettings(sandbox: Command): void {
  sandbox
    .command("settings")
    .description("show how the cloud behaves towards its clients, after changing what is given")
    .addOption(new Option("--rate-limits <state>", "5000 requests an hour, 250 a minute").choices(["on", "off"]))
    .option("--droplets <count>", "how many the account may have", count)
    .option("--reserved-ips <count>", "how many the account may have", count)
    .option("--volumes <count>", "how many the account may have", count)
    .option("--hide-droplets <duration>", "for how long a new one is not found yet: 0s, 5s, 1m", seconds)
    .option("--actions <duration>", "for how long an action is in progress at least", seconds)
    .action(async (options: Options) => {
      for (const line of await settle(home().sandbox, options)) process.stdout.write(`${line}\n`);
    });
}

async function settle(directory: string, options: Options): Promise<string[]> {
  const { rateLimits, droplets, reservedIps, volumes, hideDroplets, actions } = options;
  const changes = [
    ["/rate-limits", { enabled: rateLimits === undefined ? undefined : rateLimits === "on" }],
    ["/quotas", { droplets, reservedIps, volumes }],
    ["/consistency", { dropletHiddenSeconds: hideDroplets, actionSeconds: actions }],
  ] as const;
  const lines: string[] = [];
  for (const [path, change] of changes) {
    const isGiven = Object.values(change).some((value) => value !== undefined);
    const now = isGiven ? await admin(directory, "PUT", path, change) : await admin(directory, "GET", path);
    lines.push(`${path.slice(1)} ${JSON.stringify(now)}`);
  }
  return lines;
}

function count(text: string): number {
  if (!/^\d+$/.test(text)) throw new InvalidArgumentError("It is no number.");
  return Number(text);
}
