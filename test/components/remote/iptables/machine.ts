import { execFile, spawn } from "node:child_process";
import { randomInt } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { promisify } from "node:util";

import { home } from "../../../../cli/home";
import type { Chains } from "../../../../components/remote/iptables/chains";
import { chainsOf } from "../../../../components/remote/iptables/render";
import type { FirewallRule } from "../../../../components/remote/iptables/rules";
import type { SshEndpoint } from "../../../../components/remote/ssh";
import { closeIdleLines } from "../../../../components/remote/ssh-lines";
import { generateKeyPair } from "../../../../components/remote/ssh-keys";

const execute = promisify(execFile);

/** A real sshd behind a link of its own, with the files and the tools of the sandbox's machines and a kernel's own rules. */
export interface Machine {
  readonly endpoint: SshEndpoint;
  /** This side of the link: where its SSH connections come from. */
  readonly source: string;
  /** Runs a script on its console: no rule can keep that out. */
  readonly console: (script: string) => Promise<string>;
  /** As the first boot leaves it: with a baseline that admits SSH from {@link source}, and nothing else of ours. */
  readonly reset: () => Promise<void>;
  readonly stop: () => Promise<void>;
}

/**
 * Its own network, mount and process namespaces. It is over with the process that is started here, and so is the link.
 *
 * The link's addresses are of the range for tests between networks (RFC 2544): sandboxes use the documentation ranges.
 */
export async function startMachine(): Promise<Machine> {
  const image = home().image;
  if (!existsSync(image)) throw new Error(`${image} is missing: \`make image\` builds it`);
  const hostKey = generateKeyPair("host");
  const userKey = generateKeyPair("user");
  const child = spawn(
    "unshare",
    ["--net", "--mount", "--propagation", "private", "--pid", "--fork", "--kill-child=SIGKILL", "bash", "-c", script],
    {
      env: {
        PATH: process.env.PATH,
        IMAGE: image,
        HOST_KEY: hostKey.privateKey,
        USER_KEY: userKey.publicKey,
        CONFIG: sshdConfig,
      },
      stdio: ["ignore", "ignore", "pipe"],
    },
  );
  const ended = new Promise<void>((resolve) =>
    child.once("exit", () => {
      resolve();
    }),
  );
  const lines: string[] = [];
  await new Promise<void>((resolve, reject) => {
    createInterface(child.stderr).on("line", (line) => {
      lines.push(line);
      if (line.startsWith("Server listening")) resolve();
    });
    child.once("exit", () => {
      reject(new Error(`the machine did not start: ${lines.join("\n")}`));
    });
  });

  const outside = child.pid ?? 0;
  const inside = Number(readFileSync(`/proc/${outside}/task/${outside}/children`, "utf8").trim());
  const net = `198.18.${randomInt(256)}`;
  const base = randomInt(64) * 4;
  const [source, host] = [`${net}.${base + 1}`, `${net}.${base + 2}`];
  const link = `fw${outside}`;
  const console = async (text: string): Promise<string> => {
    const enter = ["--target", String(inside), "--mount", "--net", "--pid", "--root", "--wd", "bash", "-ec", text];
    return (await execute("nsenter", enter, { timeout: 60_000 })).stdout;
  };
  await execute("ip", ["link", "add", link, "type", "veth", "peer", "name", "eth0", "netns", String(outside)]);
  await execute("ip", ["address", "add", `${source}/30`, "dev", link]);
  await execute("ip", ["link", "set", link, "up"]);
  await console(`ip address add ${host}/30 dev eth0; ip link set eth0 up`);

  return {
    endpoint: { host, user: "root", privateKey: userKey.privateKey, hostKey: hostKey.publicKey },
    source,
    console,
    reset: async () => {
      await console(resetScript(source));
    },
    stop: async () => {
      child.kill("SIGKILL");
      await ended;
    },
  };
}

const script = `set -eu
mount -t tmpfs tmpfs /mnt
mkdir /mnt/upper /mnt/work /mnt/root
mount -t overlay -o "lowerdir=$IMAGE,upperdir=/mnt/upper,workdir=/mnt/work" overlay /mnt/root
cd /mnt/root
mount --rbind /dev dev
mount -t proc proc proc
mount -t tmpfs tmpfs run
mkdir -p run/sshd root
(umask 077; printf %s "$HOST_KEY" >etc/ssh/test_host_key)
printf '%s\\n' "$USER_KEY" >etc/ssh/test_authorized_keys
printf %s "$CONFIG" >etc/ssh/test_config
ip link set lo up
exec chroot . /usr/sbin/sshd -D -e -f /etc/ssh/test_config
`;

const sshdConfig = `Port 22
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

const baseline = (source: string): string => `table inet deploy4me_baseline
delete table inet deploy4me_baseline
table inet deploy4me_baseline {
  chain input {
    type filter hook input priority filter; policy drop;
    ct state established,related accept
    ip saddr ${source} tcp dport 22 accept
  }
  chain output {
    type filter hook output priority filter; policy drop;
    ct state established,related accept
  }
}`;

/** Legacy tables can't be removed, only emptied. */
const resetScript = (source: string): string => `nft flush ruleset
for table in $(cat /proc/net/ip_tables_names); do iptables-legacy -t "$table" -F; iptables-legacy -t "$table" -X; done
for table in $(cat /proc/net/ip6_tables_names); do ip6tables-legacy -t "$table" -F; ip6tables-legacy -t "$table" -X; done
rm -rf /etc/deploy4me /run/deploy4me /etc/systemd/system/deploy4me-firewall.service /etc/systemd/system/*/deploy4me-firewall.service
mkdir /etc/deploy4me
cat >/etc/deploy4me/baseline.nft <<'END'
${baseline(source)}
END
nft -f /etc/deploy4me/baseline.nft
`;

/** One machine for the tests of a file, as new before each of them, or only once. */
export function useMachine({ reset = "each" }: { readonly reset?: "each" | "once" } = {}): () => Machine {
  let machine: Machine | undefined;
  const started = (): Machine => {
    if (!machine) throw new Error("the machine did not start");
    return machine;
  };
  beforeAll(async () => {
    machine = await startMachine();
    await machine.reset();
  });
  if (reset === "each") beforeEach(() => started().reset());
  afterAll(async () => {
    closeIdleLines();
    await machine?.stop();
  });
  return started;
}

/** What a small machine would be given: SSH from here, answers, and one rule more to see. */
export function smallRules(source: string, ...more: readonly FirewallRule[]): Chains {
  return chainsOf({
    rules: [
      { chain: "INPUT", state: ["ESTABLISHED", "RELATED"], action: "ACCEPT", comment: "answers" },
      { chain: "OUTPUT", state: ["ESTABLISHED", "RELATED"], action: "ACCEPT", comment: "answers" },
      {
        chain: "INPUT",
        protocol: "tcp",
        source,
        destinationPorts: [22],
        state: ["NEW"],
        action: "ACCEPT",
        comment: "SSH",
      },
      {
        chain: "INPUT",
        protocol: "tcp",
        destinationPorts: [80, 443],
        state: ["NEW"],
        action: "ACCEPT",
        comment: "web",
      },
      ...more,
    ],
  });
}

/**
 * A table that the kernel keeps for the process that made it: nobody else can change it.
 * @returns ends that process, and with it the table
 */
export async function ownedTable({ console: run }: Machine, table: string): Promise<() => Promise<void>> {
  const pid = await run(`nft delete table ${table} 2>/dev/null || :
(echo 'add table ${table} { flags owner; }'; exec sleep 60) 2>/dev/null | nft --interactive >/dev/null 2>&1 &
until nft list table ${table} 2>/dev/null | grep -q owner; do sleep 0.05; done
echo $!`);
  return async () => {
    await run(`kill ${pid.trim()}; while nft list table ${table} >/dev/null 2>&1; do sleep 0.05; done`);
  };
}
