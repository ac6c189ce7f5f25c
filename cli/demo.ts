import { execFile } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { promisify } from "node:util";

import type { Command } from "commander";
import { z } from "zod";

import { visitorCommand } from "../sandbox/hosts/network";
import { cloudAccess, type RunningSandbox, startSandbox } from "./daemon";
import type { CloudAccess } from "./environment";
import { EngineMissing, WikiDoesNotAnswer } from "./errors";
import { EventLog } from "./events";
import { farewell } from "./farewell";
import { type Home, home } from "./home";
import { isUnchanged, Progress } from "./progress";
import { pulumi, PulumiFailed, type PulumiResult, tryPulumi } from "./pulumi";
import { withoutProxies } from "./sandbox";
import { type DemoStack, demoStackIn, ensureStack, prepareConfiguration } from "./stack";

const execute = promisify(execFile);

/** `deploy4me demo`: from a set-up checkout to a wiki that answers. */
export function registerDemo(program: Command): void {
  program
    .command("demo")
    .description("start the sandbox and deploy a wiki to it; a second run changes nothing")
    .action(async () => {
      await demo(home(), (line) => process.stdout.write(`${line}\n`));
    });
}

async function demo(where: Home, say: (line: string) => void): Promise<void> {
  if (!existsSync(join(where.bin, "pulumi"))) throw new EngineMissing(where.bin);
  const stack = demoStackIn(where);
  say("[sandbox] starting a cloud on this machine …");
  const { sandbox, started } = await startSandbox(where, (line) => {
    say(`[sandbox] ${line}`);
  });
  say(`[sandbox] ${started ? "runs" : "runs already"}: ${sandbox.apiUrl}`);
  const cloud = cloudAccess(where, sandbox);

  if (prepareConfiguration(where, stack).ownChanges) {
    say(`[stack]   ${shown(where, stack.configFile)} has changes of your own: it is deployed as it is`);
  }
  await ensureStack(where, cloud, stack);
  say(`[deploy]  pulumi up -s ${stack.name} …`);
  const changes = await up(where, cloud, stack, say);
  const outputs = await readOutputs(where, cloud, stack);
  writeFiles(stack, outputs);
  await untilAnswering(sandbox, stack, outputs, say);
  say(isUnchanged(changes) ? "[deploy]  nothing had to change" : `[deploy]  done: ${inWords(changes)}`);
  say("");
  for (const line of farewell({ where, stack, outputs, shown: (file) => shown(where, file) })) say(line);
}

/** Runs `pulumi up`, with its steps shown as they end. Its own output goes to a file. */
async function up(
  where: Home,
  cloud: CloudAccess,
  { name, configArguments }: DemoStack,
  say: (line: string) => void,
): Promise<Readonly<Record<string, number>>> {
  const logs = join(where.directory, "log");
  mkdirSync(logs, { recursive: true });
  const eventFile = join(logs, "demo-events.json");
  writeFileSync(eventFile, "", { mode: 0o600 });
  const args = ["up", "--yes", "--skip-preview", "--suppress-outputs", "--stack", name, ...configArguments];
  const running = tryPulumi(where, cloud, [...args, "--event-log", eventFile], {
    // As the Automation API has it: events in a file is what this turns on.
    environment: { PULUMI_DEBUG_COMMANDS: "true" },
  });
  const events = new EventLog(eventFile);
  const progress = new Progress((line) => {
    say(`[deploy]${line}`);
  });
  let result: PulumiResult | undefined;
  void running.then(
    (ended) => (result = ended),
    () => undefined,
  );
  while (result === undefined) {
    await Promise.race([running, pause(300)]);
    progress.show(events.read());
  }
  writeFileSync(join(logs, "demo.log"), `${result.stdout}\n${result.stderr}`, { mode: 0o600 });
  if (result.code !== 0 || progress.summary === undefined) throw new PulumiFailed(args, result);
  return progress.summary;
}

const outputsSchema = z.object({
  urls: z.record(z.string(), z.string()),
  bastionAddress: z.string(),
  credentials: z.record(z.string(), z.object({ user: z.string(), password: z.string() })),
  caCertificate: z.string(),
  sshConfig: z.string(),
  knownHosts: z.string(),
  sshPrivateKey: z.string(),
  sshCommands: z.record(z.string(), z.string()),
});
export type DemoOutputs = z.infer<typeof outputsSchema>;

async function readOutputs(where: Home, cloud: CloudAccess, { name }: DemoStack): Promise<DemoOutputs> {
  const args = ["stack", "output", "--json", "--show-secrets", "--stack", name];
  const { stdout } = await pulumi(where, cloud, args, { timeoutMs: 60_000 });
  return outputsSchema.parse(JSON.parse(stdout));
}

/** Where OpenSSH and curl find what they need; the keys are their owner's alone. */
function writeFiles({ sshDirectory, caCertificate }: DemoStack, outputs: DemoOutputs): void {
  mkdirSync(sshDirectory, { recursive: true, mode: 0o700 });
  const files = [
    ["config", outputs.sshConfig],
    ["known_hosts", outputs.knownHosts],
    ["id_ed25519", outputs.sshPrivateKey],
  ] as const;
  for (const [name, content] of files) {
    const file = join(sshDirectory, name);
    writeFileSync(file, content.endsWith("\n") ? content : `${content}\n`, { mode: 0o600 });
    chmodSync(file, 0o600);
  }
  writeFileSync(caCertificate, outputs.caCertificate);
}

/** Asks for the wiki as a visitor does: by its name, over HTTPS, believing in the deployment's authority alone. */
async function untilAnswering(
  { ranges }: RunningSandbox,
  { caCertificate }: DemoStack,
  { urls }: DemoOutputs,
  say: (line: string) => void,
): Promise<void> {
  const url = Object.values(urls)[0] ?? "";
  const curl = [
    "curl",
    "-q",
    "-sS",
    "-L",
    "--fail",
    "--max-time",
    "10",
    "--cacert",
    caCertificate,
    "-o",
    "/dev/null",
    url,
  ];
  const [program, ...args] = visitorCommand(ranges.visitor, curl);
  const deadline = Date.now() + 60_000;
  for (;;) {
    try {
      await execute(program, args, { env: withoutProxies(process.env), timeout: 20_000 });
      say(`[check]   ${url} answers the sandbox's visitor`);
      return;
    } catch (error) {
      if (Date.now() > deadline) throw new WikiDoesNotAnswer(url, error instanceof Error ? error.message.trim() : "");
      await pause(1000);
    }
  }
}

const words: Readonly<Record<string, string>> = {
  create: "created",
  update: "updated",
  replace: "replaced",
  delete: "deleted",
  same: "unchanged",
};

/** `3 created, 12 unchanged` */
function inWords(changes: Readonly<Record<string, number>>): string {
  return Object.entries(changes)
    .map(([op, count]) => `${count} ${words[op] ?? op}`)
    .join(", ");
}

/** A path as one types it in the checkout. */
function shown({ root }: Home, file: string): string {
  const path = relative(root, file);
  return path.startsWith("..") ? file : path;
}
