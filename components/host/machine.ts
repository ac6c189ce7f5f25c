import * as pulumi from "@pulumi/pulumi";

import { parseCidr } from "../cidr";
import { baselinePath, baselineTable, bootUnit, bootUnitPath } from "../remote/iptables/boot";
import { bastionPackages } from "./bastion-services";
import { egressPort, innerRanges } from "./egress-proxy";
import { dnsPort, metadataAddress, sshPort, timePort } from "./firewall";
import type { FileOnMachine } from "./script";
import { renderUserData, type UserData } from "./user-data";

export interface MachineArgs {
  /** The machine's host key. */
  readonly hostKey: { readonly privateKey: pulumi.Input<string>; readonly publicKey: pulumi.Input<string> };
  /** Who may log in as root (OpenSSH format). */
  readonly authorizedKeys: readonly pulumi.Input<string>[];
  readonly networkRange: string;
}

export interface BastionMachineArgs extends MachineArgs {
  /** From where administrators come. */
  readonly adminAccess: readonly string[];
}

/** The user data of a server. Secret: it holds the host key. */
export function serverUserData(args: MachineArgs): pulumi.Output<string> {
  return userData(args, { baseline: baseline(serverBaseline(args)), bootUnit: unit, jump: false });
}

/** The user data of a bastion. Secret: it holds the host key. */
export function bastionUserData(args: BastionMachineArgs): pulumi.Output<string> {
  return userData(args, {
    baseline: baseline(bastionBaseline(args)),
    bootUnit: unit,
    jump: true,
    packages: bastionPackages,
  });
}

type Frozen = Omit<UserData, "hostKey" | "authorizedKeys">;

function userData({ hostKey, authorizedKeys }: MachineArgs, frozen: Frozen): pulumi.Output<string> {
  const { privateKey, publicKey } = hostKey;
  const text = pulumi
    .output({ hostKey: { privateKey, publicKey }, authorizedKeys: [...authorizedKeys] })
    .apply((known) => renderUserData({ ...known, ...frozen }));
  return pulumi.secret(text);
}

const unit: FileOnMachine = { path: bootUnitPath, content: bootUnit };

interface Directions {
  readonly input: readonly string[];
  readonly output: readonly string[];
}

/** Nobody but the bastion's SSH gets in; out leads what brings a server its packages by way of the bastion. */
function serverBaseline({ networkRange }: MachineArgs): Directions {
  const inside = `${nftFamily(networkRange)} daddr ${networkRange}`;
  return {
    input: [`${nftFamily(networkRange)} saddr ${networkRange} tcp dport ${sshPort} accept`],
    output: [
      `${inside} tcp dport { ${dnsPort}, ${egressPort} } accept`,
      `${inside} udp dport { ${dnsPort}, ${timePort} } accept`,
    ],
  };
}

/** Only administrators get in: what the bastion serves is not there yet. Out lead package sources and the way to the servers. */
function bastionBaseline({ networkRange, adminAccess }: BastionMachineArgs): Directions {
  return {
    input: adminAccess.map((range) => `${nftFamily(range)} saddr ${range} tcp dport ${sshPort} accept`),
    output: [
      `${nftFamily(networkRange)} daddr ${networkRange} tcp dport ${sshPort} accept`,
      `tcp dport ${dnsPort} accept`,
      `udp dport { ${dnsPort}, ${timePort} } accept`,
      ...innerRanges.map((range) => `${nftFamily(range)} daddr ${range} drop`),
      "tcp dport { 80, 443 } accept",
    ],
  };
}

/**
 * What holds from the first boot until the exact rules do, and whenever those can't be loaded. Written for nft, which every
 * image brings; iptables may not be there yet. Loading it again changes nothing.
 */
function baseline({ input, output }: Directions): FileOnMachine {
  const chain = (name: string, rules: readonly string[]): string[] => [
    `  chain ${name} {`,
    `    type filter hook ${name} priority filter; policy drop;`,
    ...rules.map((rule) => `    ${rule}`),
    "  }",
  ];
  const neighbours = "nd-neighbor-solicit, nd-neighbor-advert, packet-too-big";
  const lines = [
    "# Written by deploy4me when the machine was made.",
    `table inet ${baselineTable}`,
    `delete table inet ${baselineTable}`,
    `table inet ${baselineTable} {`,
    ...chain("input", [
      'iifname "lo" accept',
      "ct state established,related accept",
      `icmpv6 type { ${neighbours}, nd-router-advert } accept`,
      ...input,
    ]),
    ...chain("output", [
      'oifname "lo" accept',
      "ct state established,related accept",
      `icmpv6 type { ${neighbours}, nd-router-solicit } accept`,
      // The metadata service shows user data, and with it the host key.
      `ip daddr ${metadataAddress} meta skuid 0 tcp dport 80 accept`,
      `ip daddr ${metadataAddress} drop`,
      ...output,
    ]),
    ...chain("forward", []),
    "}",
    "",
  ];
  return { path: baselinePath, mode: "0600", content: lines.join("\n") };
}

function nftFamily(range: string): "ip" | "ip6" {
  return parseCidr(range)?.family === "ipv6" ? "ip6" : "ip";
}
