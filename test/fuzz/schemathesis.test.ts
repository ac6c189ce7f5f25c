import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { PaperProcess } from "./paper-process";
import { schemathesis, unreached, whyNot } from "./schemathesis";

/** Something of each kind, so that not everything is asked of nothing. */
async function furnish(cloud: PaperProcess): Promise<void> {
  const droplet = { region: "fra1", size: "s-1vcpu-1gb", image: "debian-13-x64" };
  const rule = { protocol: "tcp", ports: "22", sources: { addresses: ["0.0.0.0/0"] } };
  const made = [
    ["/v2/tags", { name: "kept" }],
    ["/v2/droplets", { ...droplet, names: ["a", "b", "c"], tags: ["kept"], ipv6: true, monitoring: true }],
    ["/v2/volumes", { region: "fra1", name: "data", size_gigabytes: 1 }],
    ["/v2/domains", { name: "kept.example", ip_address: "203.0.113.9" }],
    ["/v2/reserved_ips", { region: "fra1" }],
    ["/v2/reserved_ipv6", { region_slug: "fra1" }],
    ["/v2/firewalls", { name: "outer", inbound_rules: [rule] }],
    ["/v2/vpcs", { name: "office", region: "fra1" }],
    ["/v2/projects", { name: "Shop", purpose: "Web Application" }],
  ] as const;
  for (const [path, body] of made) {
    const { status } = await cloud.call("POST", path, body);
    if (status >= 300) throw new Error(`POST ${path} was answered with ${status}`);
  }
  await cloud.report();
}

/**
 * FUZZ_PHASES: which of schemathesis's; FUZZ_EXAMPLES: about how many requests to an operation in a phase that draws them; FUZZ_SECONDS:
 * at most; FUZZ_SEED: a number. Unless they are set, the edges of every parameter alone, some thousand requests: what is drawn costs as much
 * again, and is up to `make campaign`.
 */
const {
  FUZZ_PHASES = "examples,coverage",
  FUZZ_EXAMPLES = "4",
  // Ample: how busy the machine is must not decide how much is asked.
  FUZZ_SECONDS = "300",
  FUZZ_SEED = "20260101",
} = process.env;
const effort = {
  phases: FUZZ_PHASES,
  examples: Number(FUZZ_EXAMPLES),
  seconds: Number(FUZZ_SECONDS),
  seed: Number(FUZZ_SEED),
};
const reason = whyNot();

if (reason !== undefined) {
  test("NOT FUZZED: DigitalOcean's description of its API is not on this machine", () => {
    console.warn(reason);
  });
} else {
  describe(`requests drawn from DigitalOcean's description, valid and not (seed ${effort.seed})`, () => {
    let cloud: PaperProcess;
    let directory: string;
    beforeAll(async () => {
      directory = mkdtempSync(join(tmpdir(), "deploy4me-fuzz-"));
      cloud = await PaperProcess.start();
    });
    afterAll(async () => {
      await cloud.close();
      rmSync(directory, { recursive: true });
    });

    test(
      "never make the API fail, show its insides, or leave anything unfinished",
      async () => {
        await furnish(cloud);
        const output = await schemathesis(cloud, directory, effort);
        const { report, open } = await cloud.report();
        await cloud.health();
        const { never, onlyRefused } = unreached(report.outcomes);
        const requests = Object.values(report.outcomes).reduce((sum, count) => sum + count, 0);
        process.stdout.write(
          `schemathesis: ${requests} requests; never asked: ${never.join(", ") || "nothing"}; ` +
            `only refused: ${onlyRefused.join(", ") || "nothing"}\n${output.slice(-1500)}\n`,
        );
        expect(report.wrong).toEqual([]);
        expect(open).toEqual([]);
        expect(never).toEqual([]);
      },
      (effort.seconds + 60) * 1000,
    );
  });
}
