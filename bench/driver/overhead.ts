import { compare } from "../measure";
import type { Measured } from "./main";
import type { BenchRequest } from "./program";
import type { Surroundings } from "./surroundings";

/** What the driver may add to a plain `pulumi up`, in seconds: leases, backups, a process, results. */
const atMost = 0.3;
const request: BenchRequest = { name: "overhead", tags: 10, plugins: true };

/** The same unchanged stack, on the same engine: through the driver, and by `pulumi` from a shell. */
export async function overhead(surroundings: Surroundings, say: (line: string) => void): Promise<Measured> {
  const driver = surroundings.driver();
  await driver.up(request).result;
  const raw = await surroundings.raw({ ...request, name: "raw" });
  await raw.run("up", "--yes", "--skip-preview", "--stack", "raw");
  const result = await compare(
    {
      name: "unchanged up",
      runs: Number(process.env.RUNS ?? 11),
      atMost: 0,
      ours: {
        name: "driver",
        run: async () => {
          await driver.up(request).result;
        },
      },
      peer: { name: "pulumi up", run: () => raw.run("up", "--yes", "--skip-preview", "--stack", "raw") },
    },
    say,
  );
  const added = result.ours.median - result.peer.median;
  return {
    name: "driver over pulumi up",
    words:
      `${result.ours.median.toFixed(2)} s against ${result.peer.median.toFixed(2)} s: ` +
      `${added < 0 ? "" : "+"}${added.toFixed(2)} s, at most +${atMost} s`,
    passed: added <= atMost,
    figures: result,
  };
}
