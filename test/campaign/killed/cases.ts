import { Chance } from "../../sandbox/kill/chance";

export const victims = ["engine", "provider", "dynamic", "child", "driver", "all"] as const;
/** Who is killed: the CLI, the cloud's plugin, the process of dynamic providers, the program's own process, the driver, or all of them at once. */
export type Victim = (typeof victims)[number];

export const operations = ["up", "update", "destroy"] as const;

/** One kill, and what comes after it. */
export interface KillCase {
  readonly seed: number;
  readonly mode: "guard" | "direct";
  readonly operation: (typeof operations)[number];
  readonly victim: Victim;
  /** When so much of the operation's requests to the cloud have come, from 0 to 1. */
  readonly share: number;
  /** And so many milliseconds after that. */
  readonly pauseMs: number;
  /** What is done after it: the same, or what a person might think of. */
  readonly next: "same" | "other";
}

/** All that can be drawn is; operations, victims and modes go round, so that a few have them all. */
export function killCase(seed: number, turn: number): KillCase {
  const chance = new Chance(seed * 1_000 + turn);
  const operation = operations[turn % operations.length] ?? "up";
  const victim = victims[Math.floor(turn / operations.length) % victims.length] ?? "engine";
  return {
    seed: seed * 1_000 + turn,
    operation,
    victim,
    mode: chance.of(["guard", "direct"]),
    share: chance.whole(1_000) / 1_000,
    pauseMs: chance.whole(700),
    next: chance.whole(4) === 0 ? "other" : "same",
  };
}

export function nameOfCase({ mode, operation, victim, share, pauseMs, next, seed }: KillCase): string {
  return `${operation}/${mode}/${victim}/${share.toFixed(3)}+${pauseMs}ms/${next} (${seed})`;
}

/** Those that once went wrong. */
export const onceWrong: readonly KillCase[] = [
  // The guard dies with the driver, the provider is told that its connection broke, and nobody wants the droplet any more.
  { ...killCase(1, 48), mode: "guard", operation: "up", victim: "driver", share: 0.594, next: "other" },
  // The engine's state does not show the deletions that were in flight.
  { ...killCase(1, 35), mode: "direct", operation: "destroy", victim: "all", share: 0.985, next: "other" },
  { ...killCase(1, 3), mode: "direct", operation: "up", victim: "provider", share: 0.45 },
  { ...killCase(1, 1), mode: "guard", operation: "update", victim: "engine", share: 0.267 },
];
