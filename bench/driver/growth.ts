import type { Measured } from "./main";
import type { BenchRequest } from "./program";
import type { Surroundings } from "./surroundings";
import { summary } from "../measure";

const sizes = [100, 300, 500] as const;
/** Time per further resource from 300 to 500, of that from 100 to 300; and the driver's time of plain Pulumi's, at 500. */
const limits = { bend: 1.6, ratio: 1.1 } as const;

interface Times {
  readonly preview: number;
  readonly noOp: number;
}

/** How preview and an unchanged `up` grow with the stack, against plain Pulumi. */
export async function growth(surroundings: Surroundings, say: (line: string) => void): Promise<Measured> {
  const driver = surroundings.driver();
  const ours = new Map<number, Times>();
  const peer = new Map<number, Times>();
  const raw = await surroundings.raw({ name: "raw", tags: 0 });
  for (const tags of sizes) {
    const request: BenchRequest = { name: "growth", tags };
    await driver.up(request).result;
    raw.request({ name: "raw", tags });
    await raw.run("up", "--yes", "--skip-preview", "--stack", "raw");
    const times = {
      ours: { preview: [] as number[], noOp: [] as number[] },
      peer: { preview: [] as number[], noOp: [] as number[] },
    };
    for (let round = 0; round < Number(process.env.RUNS ?? 5); round++) {
      times.ours.preview.push(await seconds(() => driver.preview(request).result));
      times.peer.preview.push(await seconds(() => raw.run("preview", "--stack", "raw")));
      times.ours.noOp.push(await seconds(() => driver.up(request).result));
      times.peer.noOp.push(await seconds(() => raw.run("up", "--yes", "--skip-preview", "--stack", "raw")));
    }
    ours.set(tags, least(times.ours));
    peer.set(tags, least(times.peer));
    say(`${tags} resources: ${inWords(ours.get(tags))} through the driver, ${inWords(peer.get(tags))} by pulumi`);
  }
  const bends = (["preview", "noOp"] as const).map((kind) => bend(sizes.map((size) => ours.get(size)?.[kind] ?? NaN)));
  const last = sizes[2];
  const ratios = (["preview", "noOp"] as const).map(
    (kind) => (ours.get(last)?.[kind] ?? NaN) / (peer.get(last)?.[kind] ?? NaN),
  );
  return {
    name: "500 resources",
    words:
      `${inWords(ours.get(last))} against ${inWords(peer.get(last))}: ${ratios.map((one) => one.toFixed(2)).join(" and ")} times; ` +
      `each further resource costs ${bends.map((one) => one.toFixed(2)).join(" and ")} times what it did before`,
    passed: Math.max(...bends) <= limits.bend && Math.max(...ratios) <= limits.ratio,
    figures: { ours: [...ours], peer: [...peer], limits },
  };
}

/** 1 for a straight line. */
function bend([first = NaN, second = NaN, third = NaN]: readonly number[]): number {
  return (third - second) / (second - first);
}

/** The least of several: what others do on the machine meanwhile only adds to it. */
function least({ preview, noOp }: { preview: number[]; noOp: number[] }): Times {
  return { preview: summary(preview).least, noOp: summary(noOp).least };
}

function inWords(times: Times | undefined): string {
  return times === undefined ? "" : `preview ${times.preview.toFixed(2)} s, no-op ${times.noOp.toFixed(2)} s`;
}

async function seconds(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return (performance.now() - start) / 1000;
}
