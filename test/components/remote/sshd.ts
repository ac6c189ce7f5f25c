import { type ChildProcess, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { createServer } from "node:net";
import { createInterface } from "node:readline";

import { home } from "../../../cli/home";
import type { SshEndpoint } from "../../../components/remote/ssh";
import { generateKeyPair, type KeyPair } from "../../../components/remote/ssh-keys";

/** A real sshd on loopback, with the files of the sandbox's machines but nothing of its own kept. */
export interface Sshd {
  readonly endpoint: SshEndpoint;
  readonly identity: Identity;
  /** The process outside of its namespaces; ending it ends everything inside. */
  readonly pid: number;
  /** What it said so far. */
  log(): string;
  stop(): Promise<void>;
}

/** Where it listens, and which keys open it. */
export interface Identity {
  readonly port: number;
  readonly hostKey: KeyPair;
  readonly userKey: KeyPair;
}

export async function newIdentity(): Promise<Identity> {
  return { port: await freePort(), hostKey: generateKeyPair("host"), userKey: generateKeyPair("user") };
}

/** How to reach a machine with this identity, whether it runs or not. */
export function endpointOf({ port, hostKey, userKey }: Identity): SshEndpoint {
  return { host: "127.0.0.1", port, user: "root", privateKey: userKey.privateKey, hostKey: hostKey.publicKey };
}

export interface SshdOptions {
  /** Further lines of its configuration; they win. */
  readonly config?: string;
  /** Host keys it offers beside its ed25519 key; with `false` it offers none but RSA. */
  readonly ed25519?: boolean;
  /** Shell text that runs before sshd, in its file system. */
  readonly before?: string;
  /** Default: a new one. */
  readonly identity?: Identity;
}

/**
 * Its own mount and process namespaces: the file system is an overlay in memory, and nothing outlives the process that
 * is started here, however the test ends.
 */
export async function startSshd(options: SshdOptions = {}): Promise<Sshd> {
  const { config = "", ed25519 = true, before = "", identity = await newIdentity() } = options;
  const { port, hostKey, userKey } = identity;
  const image = home().image;
  if (!existsSync(image)) throw new Error(`${image} is missing: \`make image\` builds it`);
  const sshdConfig = `${config}
Port ${port}
ListenAddress 127.0.0.1
HostKey /etc/ssh/test_host_key
AuthorizedKeysFile /etc/ssh/test_authorized_keys
PermitRootLogin prohibit-password
PasswordAuthentication no
KbdInteractiveAuthentication no
UsePAM no
UseDNS no
PerSourcePenalties no
PidFile none
StrictModes no
`;
  const script = `set -eu
mount -t tmpfs tmpfs /mnt
mkdir /mnt/upper /mnt/work /mnt/root
mount -t overlay -o "lowerdir=$IMAGE,upperdir=/mnt/upper,workdir=/mnt/work" overlay /mnt/root
cd /mnt/root
mount --rbind /dev dev
mount -t proc proc proc
mount -t tmpfs tmpfs run
mkdir -p run/sshd root
if [ "$ED25519" = true ]; then (umask 077; printf %s "$HOST_KEY" >etc/ssh/test_host_key)
else ssh-keygen -q -t rsa -N '' -f etc/ssh/test_host_key; fi
printf '%s\\n' "$USER_KEY" >etc/ssh/test_authorized_keys
printf %s "$CONFIG" >etc/ssh/test_config
exec chroot . /bin/bash -euc "$BEFORE"'
exec /usr/sbin/sshd -D -e -f /etc/ssh/test_config'
`;
  const child = spawn(
    "unshare",
    ["--mount", "--propagation", "private", "--pid", "--fork", "--kill-child=SIGKILL", "bash", "-c", script],
    {
      env: {
        PATH: process.env.PATH,
        IMAGE: image,
        HOST_KEY: hostKey.privateKey,
        USER_KEY: userKey.publicKey,
        CONFIG: sshdConfig,
        ED25519: String(ed25519),
        BEFORE: `${before}\n`,
      },
      stdio: ["ignore", "ignore", "pipe"],
    },
  );
  const lines: string[] = [];
  await listening(child, lines);
  return {
    endpoint: endpointOf(identity),
    identity,
    pid: child.pid ?? 0,
    log: () => lines.join("\n"),
    stop: () => ended(child),
  };
}

function listening(child: ChildProcess, lines: string[]): Promise<void> {
  return new Promise((resolve, reject) => {
    if (!child.stderr) throw new Error("sshd has no standard error");
    createInterface(child.stderr).on("line", (line) => {
      lines.push(line);
      if (line.startsWith("Server listening")) resolve();
    });
    child.once("exit", (code) => {
      reject(new Error(`sshd ended with ${code ?? "a signal"}: ${lines.join("\n")}`));
    });
  });
}

function ended(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null) resolve();
    else {
      child.once("exit", () => {
        resolve();
      });
      child.kill("SIGKILL");
    }
  });
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === "string") throw new Error("no port");
  return address.port;
}
