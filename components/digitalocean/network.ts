import * as digitalocean from "@pulumi/digitalocean";
import * as pulumi from "@pulumi/pulumi";

import { dnsPort, sshPort, timePort } from "../host/firewall";
import { egressPort } from "../host/egress-proxy";
import { cloudName, type DeploymentIdentity } from "../naming";
import { type Transform, transformed } from "../transform";

export interface NetworkArgs {
  readonly identity: DeploymentIdentity;
  readonly region: string;
  readonly networkRange: string;
  readonly adminAccess: readonly string[];
  /** The ports on which software answers the bastion. */
  readonly softwarePorts: readonly number[];
  /** What has to be known before anything is made: that the cloud has what was asked for. */
  readonly ready: pulumi.Input<pulumi.Input<pulumi.Resource>[]>;
  readonly transform?: {
    readonly vpc?: Transform<digitalocean.VpcArgs>;
    readonly bastionFirewall?: Transform<digitalocean.FirewallArgs>;
    readonly serverFirewall?: Transform<digitalocean.FirewallArgs>;
  };
}

/**
 * The private network and the cloud's own firewalls: the outer of the two layers. They are bound by tag and so stand
 * before the first machine boots. Costs nothing.
 */
export class Network extends pulumi.ComponentResource {
  readonly vpcId: pulumi.Output<string>;
  readonly bastionTag: pulumi.Output<string>;
  readonly serverTag: pulumi.Output<string>;
  /**
   * Everything else waits for this: the VPC is the first resource in the cloud. Only the cloud knows which ranges the account
   * has given away, so when it refuses this one, nothing else was made.
   */
  readonly ready: pulumi.Output<pulumi.Input<pulumi.Resource>[]>;
  /** Every machine has to wait for these. */
  readonly firewalls: readonly digitalocean.Firewall[];

  constructor(name: string, args: NetworkArgs, options: pulumi.ComponentResourceOptions = {}) {
    super("deploy4me:digitalocean:Network", name, {}, options);
    const vpc = this.vpc(name, args);
    this.ready = pulumi.output(args.ready).apply((before): pulumi.Input<pulumi.Resource>[] => [...before, vpc]);
    const bastionTag = this.tag(name, "bastion", args);
    const serverTag = this.tag(name, "server", args);
    this.vpcId = vpc.id;
    this.bastionTag = bastionTag.name;
    this.serverTag = serverTag.name;
    this.firewalls = [this.bastionFirewall(name, args), this.serverFirewall(name, args)];
    this.registerOutputs({ vpcId: this.vpcId, bastionTag: this.bastionTag, serverTag: this.serverTag });
  }

  private vpc(name: string, { identity, region, networkRange, ready, transform }: NetworkArgs): digitalocean.Vpc {
    const args = { name: cloudName(identity), region, ipRange: networkRange };
    return new digitalocean.Vpc(
      ...transformed(transform?.vpc, `${name}-vpc`, args, { parent: this, dependsOn: ready }),
    );
  }

  private tag(name: string, part: string, { identity }: NetworkArgs): digitalocean.Tag {
    return new digitalocean.Tag(
      `${name}-${part}-tag`,
      { name: cloudName(identity, part) },
      { parent: this, dependsOn: this.ready },
    );
  }

  private bastionFirewall(name: string, args: NetworkArgs): digitalocean.Firewall {
    const rules = bastionFirewallRules(args, this.serverTag);
    const firewall = { name: cloudName(args.identity, "bastion"), tags: [this.bastionTag], ...rules };
    const { bastionFirewall } = args.transform ?? {};
    return new digitalocean.Firewall(
      ...transformed<digitalocean.FirewallArgs>(bastionFirewall, `${name}-bastion-firewall`, firewall, {
        parent: this,
      }),
    );
  }

  private serverFirewall(name: string, args: NetworkArgs): digitalocean.Firewall {
    const rules = serverFirewallRules(args, this.bastionTag);
    const firewall = { name: cloudName(args.identity, "server"), tags: [this.serverTag], ...rules };
    const { serverFirewall } = args.transform ?? {};
    return new digitalocean.Firewall(
      ...transformed<digitalocean.FirewallArgs>(serverFirewall, `${name}-server-firewall`, firewall, { parent: this }),
    );
  }
}

type Rules = Required<Pick<digitalocean.FirewallArgs, "inboundRules" | "outboundRules">>;

const anywhere = ["0.0.0.0/0", "::/0"];

/** What may reach the bastion from outside and from the servers, and where it may go. */
export function bastionFirewallRules(
  { adminAccess, networkRange }: Pick<NetworkArgs, "adminAccess" | "networkRange">,
  serverTag: pulumi.Input<string>,
): Rules {
  const servers = { sourceTags: [serverTag] };
  return {
    inboundRules: [
      { protocol: "tcp", portRange: "80", sourceAddresses: anywhere },
      { protocol: "tcp", portRange: "443", sourceAddresses: anywhere },
      { protocol: "tcp", portRange: String(sshPort), sourceAddresses: [...adminAccess] },
      { protocol: "tcp", portRange: String(egressPort), ...servers },
      { protocol: "tcp", portRange: String(dnsPort), ...servers },
      { protocol: "udp", portRange: String(dnsPort), ...servers },
      { protocol: "udp", portRange: String(timePort), ...servers },
    ],
    outboundRules: [
      { protocol: "tcp", portRange: "80", destinationAddresses: anywhere },
      { protocol: "tcp", portRange: "443", destinationAddresses: anywhere },
      { protocol: "tcp", portRange: String(dnsPort), destinationAddresses: anywhere },
      { protocol: "udp", portRange: String(dnsPort), destinationAddresses: anywhere },
      { protocol: "udp", portRange: String(timePort), destinationAddresses: anywhere },
      { protocol: "tcp", portRange: "1-65535", destinationAddresses: [networkRange] },
    ],
  };
}

/** What may reach a server, by the private network alone, and where it may go: to the bastion. */
export function serverFirewallRules(
  { networkRange, softwarePorts }: Pick<NetworkArgs, "networkRange" | "softwarePorts">,
  bastionTag: pulumi.Input<string>,
): Rules {
  const bastion = { destinationTags: [bastionTag] };
  return {
    inboundRules: [
      { protocol: "tcp", portRange: String(sshPort), sourceAddresses: [networkRange] },
      ...[...new Set(softwarePorts)]
        .sort((a, b) => a - b)
        .map((port) => ({
          protocol: "tcp",
          portRange: String(port),
          sourceTags: [bastionTag],
        })),
    ],
    outboundRules: [
      { protocol: "tcp", portRange: String(egressPort), ...bastion },
      { protocol: "tcp", portRange: String(dnsPort), ...bastion },
      { protocol: "udp", portRange: String(dnsPort), ...bastion },
      { protocol: "udp", portRange: String(timePort), ...bastion },
    ],
  };
}
