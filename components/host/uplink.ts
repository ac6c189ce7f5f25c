import { awaitPort, clockOfContainers } from "./bastion-services";
import { egressPort } from "./egress-proxy";
import { installPackages, refreshPackageLists, script, writeFile } from "./script";

/** The bastion's name on every server. It stays when the bastion is replaced and its address changes. */
export const bastionHostname = "bastion";
export const egressProxyUrl = `http://${bastionHostname}:${egressPort}`;

/**
 * A server's way out through the bastion: package updates, time and names; then the packages that the exact firewall
 * rules and the time need.
 */
export function uplinkScript({ bastionAddress }: { readonly bastionAddress: string }): string {
  return script(
    `sed -i '/# deploy4me$/d' /etc/hosts && echo '${bastionAddress} ${bastionHostname} # deploy4me' >>/etc/hosts`,
    writeFile({
      path: "/etc/apt/apt.conf.d/90deploy4me",
      content: `Acquire::http::Proxy "${egressProxyUrl}";\nAcquire::https::Proxy "${egressProxyUrl}";\nAcquire::Retries "3";\n`,
    }),
    names(bastionAddress),
    awaitPort(bastionAddress, egressPort),
    refreshPackageLists(),
    installPackages(["iptables", "chrony"]),
    // Only the bastion is asked for the time: there is no way to any other source.
    writeFile({
      path: "/etc/chrony/chrony.conf",
      content: `# Written by deploy4me: changes are overwritten.
server ${bastionHostname} iburst
driftfile /var/lib/chrony/chrony.drift
makestep 1 3
rtcsync
leapsectz right/UTC
`,
    }),
    ...clockOfContainers,
    "systemctl enable --quiet chrony.service && systemctl restart chrony.service",
  );
}

/** Asks the bastion for names, whoever manages the machine's resolver. */
function names(bastionAddress: string): string {
  return [
    "if systemctl --quiet is-active systemd-resolved.service; then",
    writeFile({
      path: "/etc/systemd/resolved.conf.d/deploy4me.conf",
      content: `[Resolve]\nDNS=${bastionAddress}\nDomains=~.\n`,
    }),
    "systemctl restart systemd-resolved.service",
    "else",
    "rm -f /etc/resolv.conf",
    writeFile({ path: "/etc/resolv.conf", content: `nameserver ${bastionAddress}\noptions timeout:2 attempts:2\n` }),
    "fi",
  ].join("\n");
}
