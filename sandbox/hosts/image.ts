import { existsSync } from "node:fs";
import { mkdir, readdir, readFile, readlink, rename, rm, stat, symlink, writeFile } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";

import { runCommand } from "./image/command";
import { lock } from "./image/lock";
import {
  bootstrapOptions,
  type BuildInput,
  certificatesFolder,
  credentialsFolder,
  files,
  fingerprint,
} from "./image/recipe";
import { available, candidates, release, renderSources, transportOptions } from "./image/sources";

export { ImageBuildFailed } from "./image/errors";

/**
 * Builds the file system that every machine of the sandbox starts from: Debian 13 with systemd, cloud-init and sshd,
 * without host keys and machine id. It takes about a minute, once; when it is there already, nothing is done.
 *
 * `directory` becomes a link to the tree, which carries its recipe's fingerprint in its name: a new recipe makes a new
 * tree beside the old one, and machines made from the old one keep it. A build that breaks off leaves nothing mounted
 * and nothing that could be taken for an image.
 *
 * @param directory Where it shall be, such as `.deploy4me/image`.
 * @param log Gets a line for each step.
 * @throws ImageBuildFailed when no source has the release, or a program fails.
 */
export async function buildImage(directory: string, log: (line: string) => void): Promise<void> {
  const link = resolve(directory);
  await mkdir(dirname(link), { recursive: true });
  const input = await readInput();
  const tree = `${link}-${fingerprint(input)}`;
  const unlock = await lock(`${link}.lock`, () => {
    log("another build of the image is running: waiting for it");
  });
  try {
    if (existsSync(tree)) {
      log(`the image is there: ${tree}`);
    } else {
      await build(tree, input, log);
    }
    await point(link, tree);
    await tellOthers(link, tree, log);
  } finally {
    unlock();
  }
}

async function readInput(): Promise<BuildInput> {
  const [sources, transport, certificates, credentials] = await Promise.all([
    candidates(),
    transportOptions(),
    hasFiles(certificatesFolder),
    hasFiles(credentialsFolder),
  ]);
  return { sources, transportOptions: transport, has: { certificates, credentials } };
}

async function hasFiles(folder: string): Promise<boolean> {
  return (await readdir(folder).catch(() => [])).length > 0;
}

/**
 * The tree is written by way of an overlay over nothing, `volatile`: no program waits for this machine's disk, which
 * would take most of the time when the disk is busy. In a mount namespace of its own: whatever is mounted goes with it,
 * however it ends.
 */
const inOverlay = [
  ...(["unshare", "--mount", "--propagation", "private"] as const),
  ...["sh", "-c", 'mount -t overlay overlay -o lowerdir=lower,upperdir=upper,workdir=work,volatile root && exec "$@"'],
] as const;

async function build(tree: string, input: BuildInput, log: (line: string) => void): Promise<void> {
  const start = Date.now();
  const building = `${tree}.building`;
  await rm(building, { recursive: true, force: true });
  try {
    for (const name of ["lower", "upper", "work", "root"]) await mkdir(join(building, name), { recursive: true });
    log(`looking for a source of Debian ${release} (step 1 of 3)`);
    const sources = renderSources(await available(input.sources));
    await writeFile(join(building, "sources"), sources);
    log("fetching and unpacking packages (step 2 of 3)");
    await runCommand([...inOverlay, "sh", "mmdebstrap", ...bootstrapOptions(input), release, "root", "sources"], {
      name: "mmdebstrap",
      cwd: building,
      line: log,
      timeoutMs: 15 * 60_000,
    });
    log("finishing (step 3 of 3)");
    await finish(join(building, "upper"), sources);
    await rename(join(building, "upper"), tree);
    log(`the image is built: ${tree} (${Math.round((Date.now() - start) / 1000)} s)`);
  } finally {
    await rm(building, { recursive: true, force: true });
  }
}

/** Our own files, and nothing that would make two machines the same. */
async function finish(tree: string, sources: string): Promise<void> {
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(tree, path)), { recursive: true });
    await writeFile(join(tree, path), content);
  }
  const apt = join(tree, "etc/apt");
  await rm(join(apt, "sources.list.d"), { recursive: true });
  await mkdir(join(apt, "sources.list.d"));
  await writeFile(join(apt, "sources.list.d/debian.sources"), sources);
  // Files that sort later may say otherwise.
  const options = join(apt, "apt.conf.d/99mmdebstrap");
  if (existsSync(options)) await rename(options, join(apt, "apt.conf.d/10sandbox"));
  const ssh = join(tree, "etc/ssh");
  for (const file of await readdir(ssh)) if (file.startsWith("ssh_host_")) await rm(join(ssh, file));
  await rm(join(tree, "etc/hostname"), { force: true });
  await writeFile(join(tree, "etc/machine-id"), "");
  // The caches that a first boot would make are as new as the tree.
  for (const mark of ["etc/.updated", "var/.updated"]) await writeFile(join(tree, mark), "");
}

/** Puts the link in its place in one step. */
async function point(link: string, tree: string): Promise<void> {
  const current = await readlink(link).catch(() => undefined);
  if (current === basename(tree)) return;
  const next = `${link}.next`;
  await rm(next, { force: true });
  await symlink(basename(tree), next);
  await rename(next, link);
}

/** Older images stay, because machines may stand on them: whose they are can't be seen from here. */
async function tellOthers(link: string, tree: string, log: (line: string) => void): Promise<void> {
  const trees = (await readdir(dirname(link))).filter(
    (entry) => entry.startsWith(`${basename(link)}-`) && /-[0-9a-f]{16}$/.test(entry),
  );
  const others = trees.filter((entry) => entry !== basename(tree));
  if (others.length > 0) log(`older images stay, because machines may stand on them: ${others.join(", ")}`);
}

/** The tree that the link leads to now. A machine remembers it, and keeps to it. */
export async function imageTree(directory: string): Promise<string> {
  const target = await readlink(directory).catch(() => undefined);
  const tree = target === undefined ? directory : resolve(dirname(directory), target);
  const release = await readFile(join(tree, "etc/os-release"), "utf8").catch(() => undefined);
  if (release === undefined || !(await stat(tree)).isDirectory()) {
    throw new Error(`There is no image at ${directory}: build it with «deploy4me sandbox image».`);
  }
  return tree;
}
