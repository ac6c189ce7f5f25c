import { createHash } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join, relative, resolve } from "node:path";

import { isMap, parseDocument, stringify } from "yaml";
import { z } from "zod";

import type { CloudAccess } from "./environment";
import type { Home } from "./home";
import { pulumi } from "./pulumi";

/** The project of Pulumi.yaml: a backend keeps stacks by it. */
const project = "deploy4me";

/** The stack of `deploy4me demo`. */
export const demoStack = "sandbox";

/** The demo's stack, and which files belong to it. */
export interface DemoStack {
  readonly name: string;
  /** Its configuration, with the salt of this home's passphrase: nothing that git follows. */
  readonly configFile: string;
  /** What a plain `pulumi … -s sandbox` in the checkout needs beside the environment; empty for the usual home. */
  readonly configArguments: readonly string[];
  readonly sshDirectory: string;
  readonly caCertificate: string;
}

/** Plain `pulumi` looks for a stack's configuration in one place, so the usual home has that one and others their own. */
export function demoStackIn({ root, directory }: Home): DemoStack {
  const usual = directory === join(root, ".deploy4me");
  const configFile = join(usual ? join(root, "stacks") : directory, `Pulumi.${demoStack}.yaml`);
  return {
    name: demoStack,
    configFile,
    configArguments: usual ? [] : ["--config-file", configFile],
    sshDirectory: join(directory, "ssh"),
    caCertificate: join(directory, "ca.pem"),
  };
}

/**
 * Makes the demo's configuration from `stacks/sandbox.yaml`, and again when that has changed. A file that somebody has
 * changed by hand stays as it is.
 * @returns whether somebody has, so that a new version of the example is passed over
 */
export function prepareConfiguration(home: Home, stack: DemoStack): { readonly ownChanges: boolean } {
  const example = readFileSync(join(home.root, "stacks", `${demoStack}.yaml`), "utf8");
  const wanted = parseDocument(example);
  const ssh = relative(home.root, stack.sshDirectory);
  wanted.setIn(["config", `${project}:sshDirectory`], ssh.startsWith("..") ? stack.sshDirectory : ssh);
  const mark = fingerprint(wanted.toJS());
  const there = existsSync(stack.configFile) ? readFileSync(stack.configFile, "utf8") : undefined;
  if (there !== undefined) {
    const made = /^# made from [^ ]+ ([0-9a-f]{64})$/m.exec(there)?.[1];
    if (made === mark) return { ownChanges: false };
    if (made !== fingerprint(parseDocument(there).toJS())) return { ownChanges: true };
  }
  const salt: unknown = there === undefined ? undefined : parseDocument(there).get(saltKey);
  if (typeof salt === "string") wanted.set(saltKey, salt);
  wanted.commentBefore = ` made from stacks/${demoStack}.yaml ${mark}\n Yours to change: then it is not made anew.`;
  mkdirSync(dirname(stack.configFile), { recursive: true });
  writeFileSync(stack.configFile, wanted.toString());
  return { ownChanges: false };
}

const saltKey = "encryptionsalt";

/** Of what is configured; the salt is none of it. */
function fingerprint(content: unknown): string {
  const { config } = z.object({ config: z.record(z.string(), z.unknown()) }).parse(content);
  const sorted = Object.entries(config).sort(([a], [b]) => (a < b ? -1 : 1));
  return createHash("sha256").update(JSON.stringify(sorted)).digest("hex");
}

/**
 * Makes a stack, unless the backend has it, and lets Pulumi write its salt into a configuration file of any place, which
 * `pulumi stack init` itself has no option for.
 * @param configFile has to be called `Pulumi.<stack>.yaml`
 * @returns whether it was made
 */
export async function ensureStack(
  home: Home,
  cloud: CloudAccess,
  { name, configFile }: Pick<DemoStack, "name" | "configFile">,
): Promise<boolean> {
  if (basename(configFile) !== `Pulumi.${name}.yaml`)
    throw new Error(`${configFile} is not called Pulumi.${name}.yaml`);
  const elsewhere = mkdtempSync(join(tmpdir(), "deploy4me-stack-"));
  try {
    const description = { name: project, runtime: "nodejs", stackConfigDir: dirname(resolve(configFile)) };
    // Pulumi takes the folder of the configurations relative to the project's.
    const stackConfigDir = relative(elsewhere, description.stackConfigDir);
    writeFileSync(join(elsewhere, "Pulumi.yaml"), stringify({ ...description, stackConfigDir }));
    const options = { cwd: elsewhere, timeoutMs: 60_000 };
    const { stdout } = await pulumi(home, cloud, ["stack", "ls", "--json"], options);
    const known = z.array(z.object({ name: z.string() })).parse(JSON.parse(stdout));
    if (known.some((one) => one.name === name)) return false;
    // A salt that is there belongs to a passphrase of another time.
    removeSalt(configFile);
    await pulumi(home, cloud, ["stack", "init", "--stack", name, "--no-select"], options);
    return true;
  } finally {
    rmSync(elsewhere, { recursive: true });
  }
}

function removeSalt(configFile: string): void {
  if (!existsSync(configFile)) return;
  const document = parseDocument(readFileSync(configFile, "utf8"));
  if (!isMap(document.contents) || !document.has(saltKey)) return;
  document.delete(saltKey);
  writeFileSync(configFile, document.toString());
}
