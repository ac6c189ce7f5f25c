import { spawn } from "node:child_process";
import { existsSync, readdirSync, readFileSync, realpathSync, rmdirSync } from "node:fs";
import { join } from "node:path";

import { home } from "../../../../cli/home";
import type { RunOptions, RunResult, SshSession } from "../../../../components/remote/ssh";
import { completeScript, remoteCommand } from "../../../../components/remote/ssh-run";

/** A booted machine: its own systemd, package manager and loopback, and no network beyond. */
export interface Machine {
  /** Takes scripts the way sshd does. That it is not reached by SSH is the only difference. */
  readonly session: SshSession;
  stop(): Promise<void>;
}

/**
 * Its files are an overlay in memory over the sandbox's image. Everything is over with the process that is started here,
 * but for its cgroups, which have to be its own: two systemds in one would stop each other's services.
 */
export async function bootMachine(): Promise<Machine> {
  const image = home().image;
  if (!existsSync(image)) throw new Error(`${image} is missing: \`make image\` builds it`);
  const cgroup = `deploy4me-test-${process.pid}`;
  const child = spawn(
    "unshare",
    ["--mount", "--propagation", "private", "--pid", "--fork", "--kill-child=SIGKILL", "bash", "-c", bootScript],
    { env: { PATH: process.env.PATH, IMAGE: realpathSync(image), CGROUP: cgroup }, stdio: ["ignore", "pipe", "pipe"] },
  );
  const said: string[] = [];
  child.stdout.on("data", (chunk: Buffer) => said.push(chunk.toString()));
  child.stderr.on("data", (chunk: Buffer) => said.push(chunk.toString()));
  const ended = new Promise<void>((resolve) => {
    child.once("exit", () => {
      resolve();
    });
  });
  const session = sessionIn(() => initOf(child.pid ?? 0));
  const stop = async (): Promise<void> => {
    child.kill("SIGKILL");
    await ended;
    for (const root of cgroupRoots()) await removeCgroup(join(root, cgroup));
  };
  try {
    await booted(session, () => child.exitCode !== null);
  } catch (error) {
    await stop();
    throw new Error(`the machine did not boot: ${said.join("")}`, { cause: error });
  }
  return { session, stop };
}

/** The hierarchies that systemd keeps its units in: one of its own beside controllers (v1), or the only one (v2). */
function cgroupRoots(): string[] {
  const root = "/sys/fs/cgroup";
  return existsSync(`${root}/cgroup.controllers`) ? [root] : [`${root}/systemd`, `${root}/unified`].filter(existsSync);
}

/** It is empty a moment after its last process was killed. */
async function removeCgroup(path: string): Promise<void> {
  if (!existsSync(path)) return;
  for (const entry of readdirSync(path, { withFileTypes: true })) {
    if (entry.isDirectory()) await removeCgroup(join(path, entry.name));
  }
  for (let tries = 0; existsSync(path); tries++) {
    try {
      rmdirSync(path);
    } catch (error) {
      if (tries === 100) throw error;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}

const bootScript = `set -eu
if [ -e /sys/fs/cgroup/cgroup.controllers ]; then roots=/sys/fs/cgroup; else roots='/sys/fs/cgroup/systemd /sys/fs/cgroup/unified'; fi
for root in $roots; do
  [ -d "$root" ] || continue
  mkdir -p "$root/$CGROUP"
  echo 0 >"$root/$CGROUP/cgroup.procs"
done
mount -t tmpfs tmpfs /mnt
mkdir /mnt/upper /mnt/work /mnt/root
mount -t overlay -o "lowerdir=$IMAGE,upperdir=/mnt/upper,workdir=/mnt/work" overlay /mnt/root
touch /mnt/root/etc/cloud/cloud-init.disabled
mount -t proc proc /proc
exec systemd-nspawn --quiet --boot --directory=/mnt/root --private-network --register=no --keep-unit --console=pipe --link-journal=no
`;

/** The machine's first process, as it is called outside: the third generation below \`unshare\`. */
function initOf(pid: number): number | undefined {
  const children = (parent: number): number[] => {
    try {
      return readFileSync(`/proc/${parent}/task/${parent}/children`, "utf8")
        .trim()
        .split(" ")
        .filter(Boolean)
        .map(Number);
    } catch {
      return [];
    }
  };
  const [nspawn] = children(pid);
  return nspawn === undefined ? undefined : children(nspawn)[0];
}

async function booted(session: SshSession, failed: () => boolean): Promise<void> {
  for (let tries = 0; tries < 300 && !failed(); tries++) {
    const { stdout } = await session.run("systemctl is-system-running || true");
    // Degraded is what a container is called in which some unit of the image has nothing to do.
    if (["running", "degraded"].includes(stdout.trim())) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error("systemd does not say that it runs");
}

function sessionIn(init: () => number | undefined): SshSession {
  const place = { host: "10.20.0.3", proxy: undefined, hop: "target" } as const;
  return {
    place,
    run: (script, options) => run(init(), script, options),
    write: () => Promise.reject(new Error("there is no file transfer here")),
    close: () => undefined,
  };
}

function run(init: number | undefined, script: string, options: RunOptions = {}): Promise<RunResult> {
  if (init === undefined) return Promise.resolve({ code: 255, stdout: "", stderr: "" });
  const { environment, stdin = "", timeoutMs = 60_000 } = options;
  const input = Buffer.from(completeScript(script, environment));
  const inside = ["--target", String(init), "--mount", "--uts", "--ipc", "--net", "--pid", "--root", "--wd"];
  return new Promise((resolve, reject) => {
    const child = spawn("nsenter", [...inside, "bash", "-c", remoteCommand(input.length, timeoutMs)], {
      env: { PATH: "/usr/sbin:/usr/bin:/sbin:/bin" },
    });
    let stdout = "";
    let stderr = "";
    child.stdout.on("data", (chunk: Buffer) => (stdout += chunk.toString()));
    child.stderr.on("data", (chunk: Buffer) => (stderr += chunk.toString()));
    child.stdin.on("error", () => undefined);
    child.on("error", reject);
    child.on("close", (code) => {
      resolve({ code: code ?? 255, stdout, stderr });
    });
    child.stdin.write(input);
    child.stdin.end(stdin);
  });
}
