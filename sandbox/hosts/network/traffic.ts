import type { Traffic } from "../hosts";
import type { MachinePorts } from "./addresses";
import { run } from "./command";

/** What went through a machine's links since they were made, as the machine sees it. */
export interface MachineTraffic {
  readonly public: Traffic;
  readonly private: Traffic;
}

/** Counted at the router's end of each link, where the machine can't change it. */
export async function readTraffic(
  router: string,
  { public: outer, private: inner }: MachinePorts,
): Promise<MachineTraffic> {
  const [first, second] = await Promise.all([
    outer === undefined ? { in: 0, out: 0 } : portTraffic(router, outer.name),
    portTraffic(router, inner.name),
  ]);
  return { public: first, private: second };
}

async function portTraffic(router: string, port: string): Promise<Traffic> {
  const args = ["-netns", router, "-json", "-statistics", "link", "show", "dev", port];
  const text = await run("ip", args, { action: `reading the counters of ${port}` });
  const [link] = JSON.parse(text) as readonly LinkStatistics[];
  // What the router received is what the machine sent.
  return { in: link?.stats64?.tx?.bytes ?? 0, out: link?.stats64?.rx?.bytes ?? 0 };
}

/** As far as it is read: what `ip -json -statistics link show` prints. */
interface LinkStatistics {
  readonly stats64?: { readonly rx?: { readonly bytes?: number }; readonly tx?: { readonly bytes?: number } };
}
