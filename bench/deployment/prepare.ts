import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import type { Output } from "@pulumi/pulumi";

import { loadCatalogue } from "../../catalogue/loader";
import { bastionFirewallRules, serverFirewallRules } from "../../components/digitalocean/network";
import { egressScript, ingressScript } from "../../components/host/bastion-services";
import { bastionRuleset, serverRuleset } from "../../components/host/firewall";
import { bastionUserData, serverUserData } from "../../components/host/machine";
import { egressProxyUrl, uplinkScript } from "../../components/host/uplink";
import { issueAuthority } from "../../components/remote/certificates";
import { baselineTable, ruleFiles, rulesDirectory } from "../../components/remote/iptables/boot";
import { renderRuleset } from "../../components/remote/iptables/render";
import type { Ruleset } from "../../components/remote/iptables/rules";
import { completeScript } from "../../components/remote/ssh-run";
import { generateKeyPair } from "../../components/remote/ssh-keys";
import { observationScript } from "../../components/remote/software/observation";
import { filesScript, packagesScript, servicesScript, setupScript } from "../../components/remote/software/scripts";
import { fillTemplate } from "../../components/remote/software/template";
import type { SoftwareDefinition } from "../../catalogue/schema";
import { variableName } from "../../catalogue/variable";
import type { Request } from "./request";

/** What stands in the prepared texts for addresses that only the deployment brings; `peer.sh` fills them in. */
const bastion = "192.0.2.11";
const wiki = "192.0.2.12";

/**
 * Writes what the peer's script sends to cloud and machines: the very texts that our components send, so that both do the
 * same work there. Also keys and certificates, which our side makes within its time.
 */
export async function preparePeer(directory: string, request: Request, token: string): Promise<void> {
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const put = (name: string, content: string): void => {
    writeFileSync(join(directory, name), content, { mode: 0o600 });
  };
  put("authorization", `Authorization: Bearer ${token}\n`);
  const key = generateKeyPair("bench");
  put("key", key.privateKey);
  put("key.pub", key.publicKey);
  const hosts = { bastion: generateKeyPair("bastion"), wiki: generateKeyPair("wiki") };
  const { networkRange, adminAccess } = request;
  const machine = { networkRange, adminAccess, authorizedKeys: [key.publicKey] };
  put("bastion-host.pub", hosts.bastion.publicKey);
  put("wiki-host.pub", hosts.wiki.publicKey);
  put("user-data-bastion", await valueOf(bastionUserData({ ...machine, hostKey: hosts.bastion })));
  put("user-data-wiki", await valueOf(serverUserData({ ...machine, hostKey: hosts.wiki })));

  const definition = definitionOf("dokuwiki");
  const { port } = definition;
  put("firewall-bastion.json", cloudFirewall("bastion", bastionFirewallRules(request, "bench-peer-server")));
  const outer = serverFirewallRules({ networkRange, softwarePorts: [port] }, "bench-peer-bastion");
  put("firewall-server.json", cloudFirewall("server", outer));
  const upstreams = [{ address: wiki, port }];
  put("firewall-bastion.sh", rulesScript(bastionRuleset({ ...request, privateAddress: bastion, upstreams })));
  put("firewall-wiki.sh", rulesScript(serverRuleset({ networkRange, bastionAddress: bastion, softwarePort: port })));
  put("firewall-confirm.sh", confirmScript);

  const hostname = `wiki.${request.domain}`;
  put("egress.sh", egressScript({ listen: bastion, networkRange, egress: definition.egress }));
  put(
    "ingress.sh",
    ingressScript({
      listen: bastion,
      networkRange,
      sites: [{ hostname, address: wiki, port }],
      tls: { issuer: "private-ca" },
      authority: await issueAuthority("bench"),
    }),
  );
  put("uplink.sh", uplinkScript({ bastionAddress: bastion }));
  for (const [step, script] of Object.entries(softwareScripts(definition, request, hostname))) {
    put(`software-${step}.sh`, script);
  }
}

function softwareScripts(definition: SoftwareDefinition, request: Request, hostname: string): Record<string, string> {
  const chosen = { title: request.title, adminPassword: generateKeyPair("").publicKey.slice(-24) };
  const defaults = Object.entries(definition.parameters).map(([name, { default: value = "" }]) => [name, value]);
  const parameters: Record<string, string> = {
    ...(Object.fromEntries(defaults) as Record<string, string>),
    ...chosen,
    url: `https://${hostname}`,
    hostname,
    networkRange: request.networkRange,
    egressProxy: egressProxyUrl,
  };
  const files = definition.files.map((file) => ({ ...file, content: fillTemplate(file.content, parameters) }));
  const environment = Object.fromEntries(
    Object.entries(parameters).map(([name, value]) => [variableName(name), value]),
  );
  const look = observationScript(definition, files, hostname, definition.health.seconds);
  return {
    packages: packagesScript(definition),
    files: filesScript(files),
    setup: completeScript(setupScript(definition.setup), environment),
    services: servicesScript(definition.services),
    health: `look() {\n${look}}\nlook </dev/null | grep -qP '^health\\t\\tok$'\n`,
  };
}

/** As an administrator would do it: the rules come back by themselves unless they are confirmed. */
function rulesScript(ruleset: Ruleset): string {
  const { ipv4, ipv6 } = renderRuleset(ruleset);
  return `set -eu
umask 077
mkdir -p ${rulesDirectory} && cd ${rulesDirectory}
cat >${ruleFiles.ipv4}.new <<'END'
${ipv4}END
cat >${ruleFiles.ipv6}.new <<'END'
${ipv6}END
iptables-save >/run/rules-before.v4
ip6tables-save >/run/rules-before.v6
systemd-run --quiet --on-active=25 --unit=rules-back sh -c 'iptables-restore </run/rules-before.v4; ip6tables-restore </run/rules-before.v6'
iptables-restore <${ruleFiles.ipv4}.new
ip6tables-restore <${ruleFiles.ipv6}.new
`;
}

const confirmScript = `set -eu
systemctl stop rules-back.timer
cd ${rulesDirectory}
mv ${ruleFiles.ipv4}.new ${ruleFiles.ipv4}
mv ${ruleFiles.ipv6}.new ${ruleFiles.ipv6}
sha256sum ${ruleFiles.ipv4} ${ruleFiles.ipv6} >${ruleFiles.checksum}
sync
nft delete table inet ${baselineTable} 2>/dev/null || :
iptables-save >/dev/null
ip6tables-save >/dev/null
`;

type CloudRules = ReturnType<typeof serverFirewallRules>;

/** The cloud's own words for the rules: peers one level down, names in snake case. */
function cloudFirewall(part: string, { inboundRules, outboundRules }: CloudRules): string {
  const rules = (list: unknown, side: "source" | "destination"): object[] =>
    (list as Record<string, unknown>[]).map((rule) => ({
      protocol: rule.protocol,
      ports: rule.portRange,
      [`${side}s`]: { addresses: rule[`${side}Addresses`] ?? [], tags: rule[`${side}Tags`] ?? [] },
    }));
  return JSON.stringify({
    name: `bench-peer-${part}`,
    tags: [`bench-peer-${part}`],
    inbound_rules: rules(inboundRules, "source"),
    outbound_rules: rules(outboundRules, "destination"),
  });
}

function definitionOf(name: string): SoftwareDefinition {
  const definition = loadCatalogue().get(name);
  if (!definition) throw new Error(`the catalogue has no ${name}`);
  return definition;
}

function valueOf<T>(output: Output<T>): Promise<T> {
  return new Promise((resolve) => {
    output.apply(resolve);
  });
}
