import { createHash } from "node:crypto";
import { dirname } from "node:path";

import { release, type Source } from "./sources";

/** What a cloud's Debian image brings, and nothing that our product installs by itself. */
const packages = [
  // What boots.
  ...["systemd", "systemd-sysv", "dbus", "systemd-resolved", "systemd-timesyncd", "libpam-systemd", "cloud-init"],
  // How it is reached.
  ...["openssh-server", "iproute2", "netbase", "iputils-ping", "nftables", "iptables"],
  // What people and scripts expect.
  ...["ca-certificates", "curl", "e2fsprogs", "less", "procps", "python3", "sudo", "tzdata"],
];

/**
 * Units without a meaning in a container, or that would load the machine at random: mirrors are asked when somebody
 * says so.
 */
const masked = [
  ...["apt-daily.timer", "apt-daily-upgrade.timer", "dpkg-db-backup.timer", "fstrim.timer"],
  ...["console-getty.service", "getty@tty1.service", "systemd-pstore.service"],
];

/**
 * systemd leaves the block devices of /etc/fstab alone where it takes itself for in a container. On a droplet, they are
 * mounted before anything starts that may need them.
 */
const mountDevices = `[Unit]
Description=Block devices of /etc/fstab
DefaultDependencies=no
Conflicts=umount.target
After=local-fs-pre.target systemd-remount-fs.service
Before=local-fs.target umount.target

[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=/usr/bin/mount --all -O no_netdev
`;

/** Files in the tree, by path. */
export const files: Readonly<Record<string, string>> = {
  "etc/systemd/system/fstab-devices.service": mountDevices,
  "etc/systemd/system/local-fs.target.d/fstab-devices.conf": "[Unit]\nWants=fstab-devices.service\n",
  "etc/cloud/cloud.cfg.d/90_sandbox.cfg": `# The only source of settings is the seed.
datasource_list: [NoCloud]
# Its only user is root.
disable_root: false
users: []
growpart: { mode: "off" }
resize_rootfs: false
system_info:
  # It needs no udev.
  network:
    renderers: [networkd]
`,
  "etc/systemd/journald.conf.d/sandbox.conf": "[Journal]\nSystemMaxUse=32M\nForwardToConsole=no\n",
  "etc/locale.conf": "LANG=C.UTF-8\n",
  "etc/default/locale": "LANG=C.UTF-8\n",
};

/** What this machine adds to the recipe. */
export interface BuildInput {
  readonly sources: readonly Source[];
  readonly transportOptions: readonly string[];
  /** Whether this machine has certificates of its own, or credentials for apt. */
  readonly has: { readonly certificates: boolean; readonly credentials: boolean };
}

export const certificatesFolder = "/usr/local/share/ca-certificates";
export const credentialsFolder = "/etc/apt/auth.conf.d";

/** Every option of `mmdebstrap` but where the tree and the sources are. */
export function bootstrapOptions({ transportOptions, has }: BuildInput): string[] {
  return [
    ...["--mode=root", "--variant=minbase", "--format=directory", `--include=${packages.join(",")}`],
    // A machine's first `apt-get update` then asks only what has changed.
    "--skip=cleanup/apt/lists",
    ...transportOptions.map((option) => `--aptopt=${option}`),
    ...(has.credentials ? [`--setup-hook=copy-in ${credentialsFolder} ${dirname(credentialsFolder)}`] : []),
    ...(has.certificates ? [`--customize-hook=copy-in ${certificatesFolder} ${dirname(certificatesFolder)}`] : []),
    '--customize-hook=chroot "$1" update-ca-certificates',
    '--customize-hook=chroot "$1" systemctl enable --quiet systemd-networkd.service',
    `--customize-hook=chroot "$1" systemctl mask --quiet ${masked.join(" ")}`,
  ];
}

/** Tells images apart: the same recipe on the same machine gives the same. */
export function fingerprint(input: BuildInput): string {
  return createHash("sha256")
    .update(JSON.stringify({ release, files, input, options: bootstrapOptions(input) }))
    .digest("hex")
    .slice(0, 16);
}
