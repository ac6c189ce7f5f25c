import { stringify } from "yaml";

import { quote } from "../remote/shell";
import type { FileOnMachine } from "./script";

/** What a machine is told before its first boot. */
export interface UserData {
  /** The only host key it will ever show, made before the machine is (OpenSSH format). */
  readonly hostKey: { readonly privateKey: string; readonly publicKey: string };
  /** Who may log in as root (OpenSSH format). */
  readonly authorizedKeys: readonly string[];
  /** The baseline: `nft -f` text in force before the first service listens, and at later boots when the exact rules can't be loaded. */
  readonly baseline: FileOnMachine;
  /** The unit that loads the rules before the network, at every boot. */
  readonly bootUnit: FileOnMachine;
  /** Whether others may be reached through it by SSH. */
  readonly jump: boolean;
  /** Packages that nothing has to wait for an SSH connection to install; with the units that stay off until configured. */
  readonly packages?: { readonly transactions: readonly (readonly string[])[]; readonly masked: readonly string[] };
}

export const packagesScriptPath = "/usr/local/lib/deploy4me/packages";

/**
 * A machine's user data, as cloud-config. The same input gives the same text for ever: on servers it is frozen at
 * creation, on the bastion a difference replaces the machine.
 *
 * The first command of the first boot enables the unit that loads the baseline on every later one, before the network is up,
 * and loads it; it runs before cloud-init writes files and long before sshd starts. A machine that is switched off when its
 * first boot has only begun is not without rules in the second.
 */
export function renderUserData(data: UserData): string {
  const packages = data.packages;
  const files = [
    sshDaemon(data.jump),
    ...(packages ? [{ path: packagesScriptPath, mode: "0755", content: packagesScript(packages) }] : []),
  ];
  const config = {
    // The bastion is in /etc/hosts under its name; the cloud's template would wipe that at every boot.
    manage_etc_hosts: false,
    bootcmd: [["sh", "-c", protect(data)]],
    write_files: files.map(({ path, content, mode = "0644", owner = "root:root" }) => ({
      path,
      permissions: mode,
      owner,
      content,
    })),
    disable_root: false,
    ssh_authorized_keys: [...data.authorizedKeys],
    ssh_pwauth: false,
    ssh_deletekeys: true,
    ssh_keys: { ed25519_private: data.hostKey.privateKey, ed25519_public: data.hostKey.publicKey },
    no_ssh_fingerprints: true,
    runcmd: [
      ["sh", "-c", "rm -f /etc/ssh/ssh_host_dsa_key* /etc/ssh/ssh_host_ecdsa_key* /etc/ssh/ssh_host_rsa_key*"],
      ["systemctl", "try-reload-or-restart", "ssh.service"],
      ...(packages ? [["systemd-run", "--no-block", "--unit=deploy4me-packages", packagesScriptPath]] : []),
    ],
  };
  return `#cloud-config\n${stringify(config, { lineWidth: 0, blockQuote: "literal" })}`;
}

/**
 * Has the baseline loaded at every later boot, has all that on the disk, and loads it. In this order, because a machine can
 * be switched off between any two lines: what is not marked as done is done again at the next boot, before sshd starts, and
 * what is, is loaded by the unit. cloud-init's own mark (`cloud-init-per once`) is set for a command that was killed as well.
 */
function protect({ baseline, bootUnit }: Pick<UserData, "baseline" | "bootUnit">): string {
  const unit = bootUnit.path.split("/").at(-1) ?? "";
  return [
    `[ ! -e ${protectedMark} ] || exit 0`,
    ...writing(baseline),
    ...writing(bootUnit),
    `systemctl enable --no-reload ${quote(unit)} && touch ${protectedMark}`,
    `sync ${quote(baseline.path)} ${quote(bootUnit.path)} /etc/systemd/system/*.wants /etc/systemd/system/*.requires`,
    `nft -f ${quote(baseline.path)}`,
    "",
  ].join("\n");
}

const protectedMark = "/etc/deploy4me/protected";

function writing({ path, content, mode = "0644" }: FileOnMachine): string[] {
  return [`install -D -m ${mode} /dev/stdin ${quote(path)} <<'DEPLOY4ME'`, content.trimEnd(), "DEPLOY4ME"];
}

/** Keys only, ed25519 only, and enough room for several connections at a time. */
function sshDaemon(jump: boolean): FileOnMachine {
  return {
    path: "/etc/ssh/sshd_config.d/10-deploy4me.conf",
    mode: "0600",
    content: `# Written by deploy4me when the machine was made.
HostKey /etc/ssh/ssh_host_ed25519_key
PermitRootLogin prohibit-password
PasswordAuthentication no
KbdInteractiveAuthentication no
AuthenticationMethods publickey
AllowAgentForwarding no
AllowTcpForwarding ${jump ? "local" : "no"}
AllowStreamLocalForwarding no
PermitTunnel no
X11Forwarding no
LoginGraceTime 30
MaxStartups 60:30:120
MaxSessions 60
ClientAliveInterval 30
UseDNS no
`,
  };
}

/** Each transaction leaves a mark, so that whoever needs only the first need not wait for the others. */
function packagesScript({ transactions, masked }: NonNullable<UserData["packages"]>): string {
  const options = "-o DPkg::Lock::Timeout=300 -o Dpkg::Options::=--force-confold";
  return [
    "#!/bin/bash",
    "# Installs this machine's packages. Their services stay off until they are configured.",
    "set -euo pipefail",
    "export DEBIAN_FRONTEND=noninteractive",
    "install -d /run/deploy4me",
    `systemctl mask --quiet ${masked.join(" ")}`,
    // At first there may be no way out: EC2 gives a machine its address some seconds after it has begun to boot.
    `until apt-get update -q -o APT::Update::Error-Mode=any ${options}; do`,
    "  [ $SECONDS -lt 600 ] || exit 1",
    "  sleep 3",
    "done",
    ...transactions.flatMap((packages, index) => [
      `apt-get install -y -q --no-install-recommends ${options} ${packages.join(" ")}`,
      `touch ${packagesMark(index)}`,
    ]),
    "",
  ].join("\n");
}

/** The file that says that a transaction is done since this boot. */
export function packagesMark(transaction: number): string {
  return `/run/deploy4me/packages-${transaction}`;
}
