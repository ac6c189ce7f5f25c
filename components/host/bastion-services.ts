import type { AcmeTls, PrivateCaTls } from "../deployment";
import { type EgressProxy, allowedHostsPath, squidConfiguration, writeAllowedHosts } from "./egress-proxy";
import { caCertificatePath, caddyConfiguration, caKeyPath, type Site } from "./reverse-proxy";
import { installPackages, refreshPackageLists, script, writeFile } from "./script";
import { packagesMark } from "./user-data";

/**
 * What the bastion's first boot installs by itself, in the order in which somebody waits for it: servers can install
 * nothing before the egress proxy runs.
 */
export const bastionPackages = {
  transactions: [
    ["iptables", "squid"],
    ["caddy", "chrony", "dnsmasq"],
  ],
  masked: ["squid.service", "caddy.service", "chrony.service", "dnsmasq.service"],
} as const;

export interface EgressService extends EgressProxy {
  /** Hosts beside the package sources. */
  readonly egress: readonly string[];
}

/** The servers' way out: the allow-list and Squid. */
export function egressScript(service: EgressService): string {
  const config = squidConfiguration(service);
  return script(
    awaitPackages(0),
    writeAllowedHosts(service.egress),
    writeFile(config),
    `squid -k parse -f ${config.path} 2>&1 | { ! grep -E 'FATAL|ERROR'; }`,
    startService("squid"),
    awaitPort(service.listen, 3128),
  );
}

export interface TimeAndNames {
  /** The bastion's private address. */
  readonly listen: string;
  readonly networkRange: string;
}

export interface IngressService extends TimeAndNames {
  readonly sites: readonly Site[];
  readonly tls: AcmeTls | PrivateCaTls;
  /** With a private authority: its certificate and key (PEM), from which Caddy issues and renews short-lived ones. */
  readonly authority?: { readonly certificate: string; readonly privateKey: string };
}

/** Visitors' way in: Caddy; and for the servers time and the few names they may know. */
export function ingressScript(service: IngressService): string {
  const config = caddyConfiguration(service.sites, service.tls);
  const authority = service.authority;
  return script(
    awaitPackages(1),
    "install -d -m 0750 -o root -g caddy /etc/caddy/ca",
    ...(authority
      ? [
          writeFile({ path: caCertificatePath, content: authority.certificate, owner: "root:caddy", mode: "0640" }),
          writeFile({ path: caKeyPath, content: authority.privateKey, owner: "root:caddy", mode: "0640" }),
        ]
      : []),
    writeFile(config),
    "XDG_DATA_HOME=/var/lib/caddy/.local/share caddy adapt --config /etc/caddy/Caddyfile >/dev/null",
    startService("caddy"),
    ...timeServer(service),
    ...nameServer(service),
    awaitPort("127.0.0.1", 443),
  );
}

/**
 * chrony for the private network. It goes on serving when no source of time is reachable, so that servers at least agree;
 * where the kernel's clock belongs to somebody else (containers) it serves that clock and leaves it alone.
 */
function timeServer({ networkRange }: TimeAndNames): string[] {
  return [
    writeFile({
      path: "/etc/chrony/conf.d/deploy4me.conf",
      content: `allow ${networkRange}\nlocal stratum 10\n`,
    }),
    ...clockOfContainers,
    startService("chrony"),
  ];
}

/** Debian's unit does not start at all without the right to set the clock. */
export const clockOfContainers: readonly string[] = [
  "if systemd-detect-virt --quiet --container; then",
  writeFile({
    path: "/etc/systemd/system/chrony.service.d/container.conf",
    content: "[Unit]\nConditionCapability=\n",
  }),
  writeFile({ path: "/etc/default/chrony", content: 'DAEMON_OPTS="-F 1 -x"\n' }),
  "systemctl daemon-reload",
  "fi",
];

/** dnsmasq for the private network: it knows the allowed hosts and no other name, so that names carry nothing out. */
function nameServer({ listen }: TimeAndNames): string[] {
  return [
    writeFile({
      path: "/etc/dnsmasq.d/deploy4me.conf",
      content: [
        `listen-address=${listen}`,
        "bind-dynamic",
        "no-hosts",
        "address=/#/",
        "servers-file=/etc/deploy4me/names",
        "",
      ].join("\n"),
    }),
    `sed -E 's#^\\.?(.*)$#server=/\\1/\\##' ${allowedHostsPath} >/etc/deploy4me/names`,
    "chmod 0644 /etc/deploy4me/names",
    // The bastion itself goes on asking the cloud's resolver, and so does dnsmasq: where systemd-resolved passes for
    // resolvconf, Debian has it read a file that nobody writes, and then it refuses every name.
    "sed -i -e 's/^#\\?DNSMASQ_EXCEPT=.*/DNSMASQ_EXCEPT=\"lo\"/' -e 's/^#\\?IGNORE_RESOLVCONF=.*/IGNORE_RESOLVCONF=yes/' /etc/default/dnsmasq",
    startService("dnsmasq"),
  ];
}

/** Waits for the first boot's installation; when it failed, tries again here, where the error is seen. */
function awaitPackages(transaction: number): string {
  const packages = bastionPackages.transactions[transaction] ?? [];
  const mark = packagesMark(transaction);
  return `for _ in $(seq 600); do
  [ -e ${mark} ] && break
  case "$(systemctl show -P ActiveState deploy4me-packages.service)" in activating | active | reloading) sleep 0.2 ;; *) break ;; esac
done
if ! dpkg-query -W -f '\${db:Status-Status}\\n' ${packages.join(" ")} 2>/dev/null | awk '$0 == "installed" { n++ } END { exit n != ${packages.length} }'; then
${refreshPackageLists()}
${installPackages(packages)}
fi`;
}

function startService(name: string): string {
  return `systemctl unmask --quiet ${name}.service && systemctl enable --quiet ${name}.service && systemctl restart ${name}.service`;
}

/** A firewall that drops would make each single try take minutes. */
export function awaitPort(address: string, port: number): string {
  const knock = `timeout 2 bash -c ': </dev/tcp/${address}/${port}'`;
  return `for _ in $(seq 100); do ${knock} 2>/dev/null && break; sleep 0.2; done
${knock} || { echo 'nothing answers on ${address} port ${port}' >&2; exit 1; }`;
}
