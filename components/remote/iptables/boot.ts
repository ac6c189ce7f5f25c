/** What a machine keeps to have its rules in force before its network is up, at every boot. */

export const rulesDirectory = "/etc/deploy4me";
export const baselinePath = `${rulesDirectory}/baseline.nft`;
export const baselineTable = "deploy4me_baseline";
export const bootUnitName = "deploy4me-firewall.service";
export const bootUnitPath = `/etc/systemd/system/${bootUnitName}`;

/** Below {@link rulesDirectory}: the exact rules, a checksum of both, and whose they are. */
export const ruleFiles = {
  ipv4: "rules.v4",
  ipv6: "rules.v6",
  checksum: "rules.sha256",
  owner: "rules.owner",
} as const;

/**
 * Loads the exact rules; the baseline when there are none yet, when a file of them is not whole, or when one can't be
 * loaded. Either, or the services that need it don't start: a machine without rules stays without network.
 *
 * `iptables-restore` takes an empty file for success, so only files that their checksum vouches for are given to it.
 */
export const loadAtBoot = [
  `cd ${rulesDirectory} && if sha256sum --status --strict --check ${ruleFiles.checksum} 2>/dev/null`,
  `&& iptables-nft-restore <${ruleFiles.ipv4} && ip6tables-nft-restore <${ruleFiles.ipv6}`,
  `; then nft delete table inet ${baselineTable} 2>/dev/null || :; else nft -f ${baselinePath}; fi`,
].join(" ");

const networkServices = "systemd-networkd.service networking.service NetworkManager.service ssh.service ssh.socket";

/** Before cloud-init-local as well, which raises an interface of its own to ask for the machine's metadata. */
export const bootUnit = `# Written by deploy4me.
[Unit]
Description=Firewall rules, in force before the network is up
DefaultDependencies=no
Wants=network-pre.target
Before=network-pre.target shutdown.target cloud-init-local.service ${networkServices}
After=local-fs.target systemd-sysctl.service

[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=/bin/sh -c '${loadAtBoot}'

[Install]
WantedBy=sysinit.target
RequiredBy=${networkServices}
`;
