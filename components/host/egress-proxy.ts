import { type FileOnMachine } from "./script";

/** The port of the bastion's egress proxy, on its private address only. */
export const egressPort = 3128;

/**
 * Destinations that no allowed name may lead to: this machine, the private network, the metadata service, and what is
 * no single host. A name is allowed by what it is called; where it leads is decided by whoever runs its DNS.
 */
export const innerRanges = [
  "0.0.0.0/8",
  "10.0.0.0/8",
  "100.64.0.0/10",
  "127.0.0.0/8",
  "169.254.0.0/16",
  "172.16.0.0/12",
  "192.168.0.0/16",
  "224.0.0.0/4",
  "240.0.0.0/4",
  "::1/128",
  "64:ff9b::/96",
  "fc00::/7",
  "fe80::/10",
  "ff00::/8",
] as const;

export const allowedHostsPath = "/etc/deploy4me/allowed-hosts";

export interface EgressProxy {
  /** The bastion's private address. */
  readonly listen: string;
  /** The private network's range: who may ask. */
  readonly networkRange: string;
}

/**
 * Squid as an allow-list: machines of the private network reach the hosts in {@link allowedHostsPath} by HTTP and HTTPS,
 * and nothing else. It keeps no copies and adds nothing to a request.
 */
export function squidConfiguration({ listen, networkRange }: EgressProxy): FileOnMachine {
  return {
    path: "/etc/squid/squid.conf",
    mode: "0640",
    owner: "root:proxy",
    content: `# Written by deploy4me: changes are overwritten.
http_port ${listen}:${egressPort}
acl network src ${networkRange}
acl allowed dstdomain -n "${allowedHostsPath}"
${innerRanges.map((range) => `acl inner dst ${range}`).join("\n")}
acl web port 80 443
acl tls port 443
acl CONNECT method CONNECT

http_access deny !network
http_access deny !allowed
http_access deny !web
http_access deny CONNECT !tls
http_access deny inner
http_access allow all

cache deny all
# Its own name is written down: finding it out takes a DNS time-out at every start.
visible_hostname bastion
unique_hostname bastion
via off
forwarded_for delete
connect_timeout 20 seconds
shutdown_lifetime 1 second
access_log stdio:/var/log/squid/access.log
cache_log /var/log/squid/cache.log
coredump_dir /var/spool/squid
pinger_enable off
`,
  };
}

/**
 * Writes the allow-list on the machine: the hosts of its own package sources, read from apt, and what the software asks
 * for. Squid takes a leading dot for a domain with all its hosts, and refuses a list in which one entry covers another.
 */
export function writeAllowedHosts(egress: readonly string[]): string {
  const further = [...new Set(egress)].sort().map((host) => `echo '${host}'`);
  return `install -d -m 0755 /etc/deploy4me
{
apt-get indextargets --format '$(SITE)' | sed -nE 's#^https?://([^/@]*@)?([A-Za-z0-9.-]+)(:[0-9]+)?(/.*)?$#\\2#p'
${further.length === 0 ? ":" : further.join("\n")}
} | tr 'A-Z' 'a-z' | sort -u | awk '
  { host[NR] = $0; known[$0] = 1 }
  function covered(name, own,  rest) {
    rest = name; sub(/^\\./, "", rest)
    if (name !~ /^\\./ && ("." rest) in known) return 1
    while (sub(/^[^.]*\\./, "", rest) && rest != "") if (("." rest) in known) return 1
    return 0
  }
  END { for (i = 1; i <= NR; i++) if (!covered(host[i])) print host[i] }' >${allowedHostsPath}.new
test -s ${allowedHostsPath}.new || { echo 'no package source was found in the configuration of apt' >&2; exit 1; }
chmod 0644 ${allowedHostsPath}.new
mv -f ${allowedHostsPath}.new ${allowedHostsPath}`;
}
