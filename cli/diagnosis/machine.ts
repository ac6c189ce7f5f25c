import { execFile } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";

import { z } from "zod";

import { daemonFiles, isAlive, readRecord } from "../../sandbox/daemon-files";
import type { Home } from "../home";
import type { Finding } from "./finding";

const run = promisify(execFile);

const manifestSchema = z.object({
  engines: z.object({ node: z.string() }),
  dependencies: z.record(z.string(), z.string()),
});
const recordSchema = z.object({
  items: z.array(z.object({ name: z.string(), version: z.string(), source: z.string() })),
});

/** How long `pulumi version` may take, in milliseconds: a fifth of a second, on a machine that does nothing else. */
const versionWithin = 30_000;

export function node({ root }: Home, version: string = process.versions.node): Finding[] {
  const { engines } = manifestSchema.parse(JSON.parse(readFileSync(join(root, "package.json"), "utf8")));
  const wanted = Number(/\d+/.exec(engines.node)?.[0] ?? 0);
  const fits = Number(version.split(".")[0]) >= wanted;
  return [
    {
      area: "machine",
      subject: "Node.js",
      state: fits ? "ok" : "attention",
      sentence: fits
        ? `Version ${version}.`
        : `Version ${version} is too old, ${wanted} is needed: run \`make setup\`, which brings one.`,
      details: { version, wanted: engines.node },
    },
  ];
}

/** Pulumi and its plugins: whether they are there, in the versions that the packages ask for, and start. */
export async function engine({ root, bin, pulumi: pulumiHome }: Home): Promise<Finding[]> {
  const { dependencies } = manifestSchema.parse(JSON.parse(readFileSync(join(root, "package.json"), "utf8")));
  const file = join(bin, "engine.json");
  if (!existsSync(file))
    return [
      finding("Pulumi", "attention", "It is not set up here: run `make setup`, or `make demo`, which does that first."),
    ];
  const { items } = recordSchema.parse(JSON.parse(readFileSync(file, "utf8")));
  const findings = items.map(({ name, version, source }) => {
    const wanted = dependencies[`@pulumi/${name}`];
    const details = { version, wanted, source };
    const isCli = name === "pulumi";
    const program = isCli
      ? join(bin, "pulumi")
      : join(pulumiHome, "plugins", `resource-${name}-v${version}`, `pulumi-resource-${name}`);
    const what = isCli ? "Pulumi" : `plugin ${name}`;
    if (!existsSync(program))
      return finding(what, "attention", `Version ${version} is missing: run \`make setup\`.`, details);
    if (wanted !== undefined && wanted !== version && source !== "official")
      return finding(
        what,
        "attention",
        `Version ${version} is there, and ${wanted} is needed: run \`make setup\`.`,
        details,
      );
    return finding(what, "ok", `Version ${version}, ${sources[source] ?? source}.`, details);
  });
  return [...findings, ...(await starts(join(bin, "pulumi"), pulumiHome))];
}

const sources: Readonly<Record<string, string>> = {
  official: "as it is installed on this machine",
  download: "from the vendor's download",
  build: "built from source",
};

async function starts(program: string, pulumiHome: string): Promise<Finding[]> {
  if (!existsSync(program)) return [];
  try {
    const env = { ...process.env, PULUMI_HOME: pulumiHome, PULUMI_SKIP_UPDATE_CHECK: "true" };
    await run(program, ["version"], { timeout: versionWithin, env });
    return [];
  } catch (error) {
    const why = error instanceof Error ? (error.message.split("\n")[0] ?? "") : String(error);
    return [
      finding(
        "Pulumi",
        "attention",
        `It is there and does not start (${why}): remove ${program} and run \`make setup\`.`,
      ),
    ];
  }
}

function finding(subject: string, state: Finding["state"], sentence: string, details?: Finding["details"]): Finding {
  return { area: "engine", subject, state, sentence, ...(details === undefined ? {} : { details }) };
}

export function sandbox({ sandbox: directory }: Home): Finding[] {
  const of = (state: Finding["state"], sentence: string, details: Finding["details"] = {}): Finding[] => [
    { area: "sandbox", subject: "sandbox", state, sentence, details },
  ];
  const record = readRecord(daemonFiles(directory));
  if (record === undefined)
    return of("ok", "It does not run: `deploy4me sandbox start` starts it.", { running: false });
  if (!isAlive(record))
    return of(
      "attention",
      "It did not end in order, and has left things on this machine: run `deploy4me sandbox stop`.",
      { running: false },
    );
  if (record.ready === undefined) return of("note", "It is starting, or ending.", { running: false });
  const { apiUrl } = record.ready;
  return of("ok", `It runs: ${apiUrl}.`, { running: true, apiUrl });
}
