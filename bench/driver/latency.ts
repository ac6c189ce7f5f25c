import { chmodSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import type { Measured } from "./main";
import type { Surroundings } from "./surroundings";

/** From the moment the engine writes an event until whoever iterates over them has it, in milliseconds. */
const atMost = 300;
const stacks = 4;
const tags = 60;

/**
 * The engine writes its events into a pipe here, where each gets the time at which it was written before it goes into the
 * file that the driver follows. Some stacks at once, all of whose resources are made: the machine is busy meanwhile.
 */
export async function latency(surroundings: Surroundings, say: (line: string) => void): Promise<Measured> {
  const folder = join(surroundings.folder, "stamping");
  mkdirSync(folder);
  const script = join(folder, "pulumi");
  writeFileSync(script, wrapper(surroundings.engine.pulumi, folder));
  chmodSync(script, 0o700);
  const driver = surroundings.driver({ engine: { ...surroundings.engine, pulumi: script } });
  const delays = (
    await Promise.all(
      Array.from({ length: stacks }, async (_, index) => {
        const operation = driver.up({ name: `latency-${index}`, tags });
        const seen = new Map<string, number>();
        for await (const event of operation.events)
          if (event.kind === "step") seen.set(`${event.phase} ${event.operation} ${event.resource.urn}`, now());
        await operation.result;
        return delaysOf(seen, join(folder, `${operation.id}.stamps`));
      }),
    )
  ).flat();
  const sorted = delays.sort((a, b) => a - b);
  const at = (share: number): number => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? NaN;
  const figures = { events: sorted.length, p50: at(0.5), p99: at(0.99), most: at(1) };
  say(`${figures.events} events of ${stacks} stacks: half within ${figures.p50.toFixed(0)} ms`);
  return {
    name: "event to subscriber",
    words: `p50 ${figures.p50.toFixed(0)} ms, p99 ${figures.p99.toFixed(0)} ms, at most ${atMost} ms`,
    passed: figures.p99 <= atMost && sorted.length >= stacks * tags * 2,
    figures,
  };
}

const now = (): number => performance.timeOrigin + performance.now();

function delaysOf(seen: ReadonlyMap<string, number>, stamps: string): number[] {
  return readFileSync(stamps, "utf8")
    .split("\n")
    .filter((line) => line !== "")
    .flatMap((line) => {
      const { key, at } = JSON.parse(line) as { key: string; at: number };
      const then = seen.get(key);
      return then === undefined ? [] : [then - at];
    });
}

/** Becomes the engine, with a pipe in the place of the event log. */
function wrapper(pulumi: string, folder: string): string {
  return `#!/bin/sh
log=
for word; do
  if [ "$last" = --event-log ]; then log=$word; fi
  last=$word
done
[ -n "$log" ] || exec '${pulumi}' "$@"
pipe=$log.pipe
mkfifo "$pipe"
'${process.execPath}' '${join(__dirname, "stamper.js")}' "$pipe" "$log" '${folder}'/"$DEPLOY4ME_OPERATION".stamps &
for word; do
  shift
  if [ "$word" = "$log" ]; then set -- "$@" "$pipe"; else set -- "$@" "$word"; fi
done
exec '${pulumi}' "$@"
`;
}
