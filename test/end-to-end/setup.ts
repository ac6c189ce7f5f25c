import { existsSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { type Account, kind } from "./clouds";
import { removeSandbox, startSandbox } from "./fixture/sandbox";
import { Companion } from "./fixture/process";
import { Prober } from "./fixture/prober";
import { onStack, outputs, makeStack } from "./fixture/stack";
import { asVisitor } from "./fixture/visitor";
import { directoryIn, domain, ownHome, save, type World, worldIn } from "./fixture/world";

/** With this variable set, a deployment that an earlier run left is used, and is left for the next one. */
export const keepVariable = "DEPLOY4ME_END_TO_END_KEEP";

/**
 * Makes the deployment that all files look at: a sandbox from nothing, and in it a wiki and a WordPress behind one
 * bastion. Meanwhile a prober knocks on every address there is, and every command line is written down.
 */
export default async function setup(): Promise<void> {
  const home = ownHome();
  if (process.env[keepVariable] !== undefined && existsSync(join(directoryIn(home), "complete"))) {
    await startSandbox(home);
    say("using the deployment of an earlier run");
    return;
  }
  await removeSandbox(home);
  rmSync(home.directory, { recursive: true, force: true });
  mkdirSync(join(directoryIn(home), "ssh"), { recursive: true, mode: 0o700 });
  say("starting the sandbox");
  const made = worldIn(...(await startSandbox(home)), home);
  save(made);
  await deploy(made);
  await kind.deployed(made);
  writeFileSync(join(directoryIn(home), "complete"), "");
}

async function deploy(made: World): Promise<void> {
  say(`deploying a wiki and a WordPress on ${kind.title}`);
  const start = Date.now();
  const watcher = await Companion.start([
    "python3",
    join(made.home.root, "test/end-to-end/fixture/command-lines.py"),
    made.commandLines,
  ]);
  const prober = await Prober.start(made, asVisitor(made), "first-boot");
  const aiming = keepAiming(prober, await kind.watcher(made));
  try {
    await makeStack(made, settings(made));
    const result = await onStack(made, "up", [], { timeoutMs: 10 * 60_000 });
    writeFileSync(made.log, `${result.stdout}\n${result.stderr}`, { mode: 0o600 });
    await writeOutputs(made);
  } finally {
    await aiming.stop();
    await prober.stop();
    await watcher.stop();
  }
  say(`deployed in ${Math.round((Date.now() - start) / 1000)} s`);
}

/** Two requests each time, and DigitalOcean allows 250 a minute. No machine answers before it has booted for longer than this. */
const aimingEvery = 500;

/** The prober knocks on an address as soon as the cloud has given it to a machine that is still to boot. */
function keepAiming(prober: Prober, account: Account): { stop(): Promise<void> } {
  let running = true;
  let known = "";
  const loop = async (): Promise<void> => {
    while (running) {
      const next = new Promise((resolve) => setTimeout(resolve, aimingEvery));
      const addresses = (await account.machines()).flatMap(({ publicAddresses }) => publicAddresses);
      const all = [...addresses, ...(await account.reservedAddresses())].sort();
      if (all.join() !== known) prober.aim(all);
      known = all.join();
      await next;
    }
  };
  const ended = loop();
  ended.catch(() => undefined);
  return {
    stop: () => {
      running = false;
      return ended;
    },
  };
}

function settings({ sshDirectory }: World): object {
  const software = [
    { name: "wiki", software: "dokuwiki", parameters: { title: "Wiki of the tests" } },
    { name: "blog", software: "wordpress", parameters: { title: "Blog of the tests" } },
  ];
  return { ...kind.settings, domain, software, tls: { issuer: "private-ca" }, sshDirectory };
}

/** Lays the stack's outputs where OpenSSH and curl read them. */
async function writeOutputs(made: World): Promise<void> {
  const { sshConfig, knownHosts, sshPrivateKey, caCertificate } = await outputs(made);
  writeFileSync(made.sshConfig, sshConfig);
  writeFileSync(join(made.sshDirectory, "known_hosts"), knownHosts);
  writeFileSync(join(made.sshDirectory, "id_ed25519"), sshPrivateKey, { mode: 0o600 });
  writeFileSync(made.caCertificate, caCertificate);
}

function say(words: string): void {
  process.stderr.write(`end to end: ${words}\n`);
}
