import { z } from "zod";

import { processesOf } from "../../driver/runner/processes";
import type { Measured } from "./main";
import type { Surroundings } from "./surroundings";

/** From a cancellation until nothing of the operation runs any more, in seconds. */
const atMost = 5;
const tags = 400;
const runs = Number(process.env.RUNS ?? 5);

/**
 * An `up` of many resources that is called off in its middle; `pulumi up` gets what Ctrl-C sends in the same middle. And one whose signal
 * was aborted before it was asked for, which has to start nothing at all.
 */
export async function cancel(surroundings: Surroundings, say: (line: string) => void): Promise<Measured> {
  const driver = surroundings.driver();
  const ours: number[] = [];
  const peers: number[] = [];
  for (let run = 0; run < runs; run++) {
    ours.push(await cancelled(surroundings, `cancel-${run}`));
    peers.push(await interrupted(surroundings, `cancel-${run}`));
    say(`cancelled: ${ours.at(-1)?.toFixed(2)} s, pulumi ${peers.at(-1)?.toFixed(2)} s`);
  }
  const aborted = driver.up({ name: "aborted", tags }, { signal: AbortSignal.abort() });
  await aborted.result.catch(() => undefined);
  const started = processesOf(aborted.id).length;
  const longest = Math.max(...ours);
  return {
    name: "cancel to everything dead",
    words:
      `${longest.toFixed(2)} s at the longest of ${runs}, against ${Math.max(...peers).toFixed(2)} s; at most ${atMost} s. ` +
      `An aborted signal started ${started} processes`,
    passed: longest < atMost && started === 0,
    figures: { ours, peers, started },
  };
}

async function cancelled(surroundings: Surroundings, name: string): Promise<number> {
  const operation = surroundings.driver().up({ name, tags });
  let made = 0;
  for await (const event of operation.events)
    if (event.kind === "step" && event.phase === "done" && ++made === tags / 4) break;
  const began = performance.now();
  operation.cancel("measured");
  await operation.result.catch(() => undefined);
  const seconds = (performance.now() - began) / 1000;
  if (processesOf(operation.id).length > 0) throw new Error("something of a cancelled operation is running still");
  return seconds;
}

/** Plain Pulumi tells nobody how far it is: the cloud does. */
async function interrupted(surroundings: Surroundings, name: string): Promise<number> {
  const before = await tagsIn(surroundings);
  const raw = await surroundings.raw({ name: `raw-${name}`, tags });
  const up = raw.start("up", "--yes", "--skip-preview", "--stack", "raw");
  while ((await tagsIn(surroundings)) < before + tags / 4) await new Promise((resolve) => setTimeout(resolve, 50));
  const began = performance.now();
  process.kill(-up.session, "SIGINT");
  await up.ended.catch(() => undefined);
  return (performance.now() - began) / 1000;
}

async function tagsIn({ variables }: Surroundings): Promise<number> {
  const headers = { authorization: `Bearer ${variables.DIGITALOCEAN_TOKEN ?? ""}` };
  const answer = await fetch(`${variables.DIGITALOCEAN_API_URL ?? ""}/v2/tags?per_page=1`, {
    headers,
    signal: AbortSignal.timeout(30_000),
  });
  return z.object({ meta: z.object({ total: z.number() }) }).parse(await answer.json()).meta.total;
}
