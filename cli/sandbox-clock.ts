import type { Command } from "commander";
import { InvalidArgumentError } from "commander";
import { z } from "zod";

import { admin } from "./admin";
import { home } from "./home";

const answer = z.object({ now: z.string(), standsStill: z.boolean() });

/** `deploy4me sandbox clock`: what time it is there, and making it later. */
export function registerClock(sandbox: Command): void {
  const clock = sandbox
    .command("clock")
    .description("the sandbox's time: this machine's own, or standing still (`sandbox start --clock TIME`)")
    .action(async () => {
      show(await admin(home().sandbox, "GET", "/clock"));
    });

  clock
    .command("advance")
    .description("make it later; whatever is due until then happens")
    .argument("<duration>", "such as 90s, 15m, 1h30m or 7d", seconds)
    .action(async (duration: number) => {
      show(await admin(home().sandbox, "POST", "/clock/advance", { seconds: duration }));
    });
}

const units: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400 };

/** @throws InvalidArgumentError for what is no duration */
export function seconds(duration: string): number {
  if (!/^(\d+[smhd])+$/.test(duration)) throw new InvalidArgumentError("It is no duration such as 90s or 1h30m.");
  return [...duration.matchAll(/(\d+)([smhd])/g)].reduce(
    (total, [, amount, unit]) => total + Number(amount) * (units[unit ?? ""] ?? 0),
    0,
  );
}

function show(content: unknown): void {
  const { now, standsStill } = answer.parse(content);
  process.stdout.write(`${now}${standsStill ? " (stands still)" : ""}\n`);
}
