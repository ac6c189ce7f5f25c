import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";

import { SshKeyPair } from "../dynamic/keys";
import { Presence } from "../dynamic/presence";
import { bastionUserData } from "../host/machine";
import type { MachineEndpoint } from "../host/connection";
import { cloudName } from "../naming";
import { type Transform, transformed } from "../transform";
import { after } from "./after";
import { instanceArgs } from "./instance";
import type { Network } from "./network";
import { type Ownership, tagsOf } from "./tags";

export interface BastionArgs extends Ownership {
  readonly region: string;
  readonly size: string;
  readonly network: Network;
  readonly networkRange: string;
  /** Part of the user data: a change replaces the machine, and so lets an administrator with a new address back in. */
  readonly adminAccess: readonly string[];
  readonly image: pulumi.Input<string>;
  readonly adminKeys: readonly string[];
  readonly sshKey: SshKeyPair;
  /** The cloud's record of the key: its name. */
  readonly sshKeyRecord: pulumi.Input<string>;
  /** What has to be known before anything is made: that the cloud has what was asked for. */
  readonly ready: pulumi.Input<pulumi.Input<pulumi.Resource>[]>;
  readonly transform?: {
    readonly machine?: Transform<aws.ec2.InstanceArgs>;
    readonly address?: Transform<aws.ec2.EipArgs>;
  };
}

/**
 * The only machine that answers from outside. It keeps nothing: it is replaced when its user data changes or when it was
 * terminated behind our back, and comes back under the same IPv4 address with the same host key.
 *
 * Costs the instance, its volume and the public IPv4 address (0.005 USD an hour, used or not, since 1 February 2024:
 * AWS News Blog, 28 July 2023).
 */
export class Bastion extends pulumi.ComponentResource {
  readonly machine: aws.ec2.Instance;
  readonly address: pulumi.Output<string>;
  readonly ipv6Address: pulumi.Output<string>;
  readonly privateAddress: pulumi.Output<string>;
  readonly hostKey: pulumi.Output<string>;
  /** How to get in, once the address leads to this very machine. */
  readonly endpoint: MachineEndpoint;

  constructor(name: string, args: BastionArgs, options: pulumi.ComponentResourceOptions = {}) {
    super("deploy4me:aws:Bastion", name, {}, options);
    const comment = cloudName(args.identity, "bastion");
    const hostKey = new SshKeyPair(`${name}-host-key`, { comment }, { parent: this, dependsOn: args.ready });
    const presence = this.presence(name, args);
    this.machine = this.makeMachine(name, args, hostKey, presence);
    this.address = this.elasticAddress(name, args).publicIp;
    this.ipv6Address = this.machine.ipv6Addresses.apply(([first]) => first ?? "");
    this.privateAddress = this.machine.privateIp;
    this.hostKey = hostKey.publicKey;
    this.endpoint = { host: this.address, user: "root", privateKey: args.sshKey.privateKey, hostKey: this.hostKey };
    this.registerOutputs({ address: this.address, privateAddress: this.privateAddress, hostKey: this.hostKey });
  }

  /**
   * Whether the cloud still has the machine. A plain `up` believes its state and would find out only when a connection
   * fails; this asks, and its generation makes the engine replace what is gone.
   */
  private presence(name: string, { identity, region, ready }: BastionArgs): Presence {
    const asked = aws.ec2.getInstances(
      {
        region,
        instanceTags: { Name: cloudName(identity, "bastion") },
        instanceStateNames: ["pending", "running", "stopping", "stopped"],
      },
      { parent: this },
    );
    const present = after(ready, asked).apply(({ ids }) => ids.length > 0);
    return new Presence(`${name}-presence`, { present }, { parent: this, dependsOn: ready });
  }

  private makeMachine(name: string, args: BastionArgs, hostKey: SshKeyPair, presence: Presence): aws.ec2.Instance {
    const { network, image, sshKeyRecord, transform } = args;
    const machine: aws.ec2.InstanceArgs = {
      ...instanceArgs({
        ...args,
        part: "bastion",
        ami: image,
        keyName: sshKeyRecord,
        subnetId: network.publicSubnetId,
        securityGroupId: network.groups.bastionId,
        userData: bastionUserData({ ...args, hostKey, authorizedKeys: [args.sshKey.publicKey, ...args.adminKeys] }),
      }),
      ipv6AddressCount: 1,
      // EC2 keeps user data for later boots only; what is different has to come with a new machine.
      userDataReplaceOnChange: true,
    };
    return new aws.ec2.Instance(
      ...transformed<aws.ec2.InstanceArgs>(transform?.machine, `${name}-machine`, machine, {
        parent: this,
        dependsOn: [...network.firewalls],
        ignoreChanges: ["ami"],
        replacementTrigger: presence.generation,
        // The address moves to the new machine before the old one goes; and what runs on the old one goes with it, instead
        // of being taken down first, by a connection to a machine that may be gone.
        deleteBeforeReplace: false,
      }),
    );
  }

  /** Assigned by the address itself: a separate association, when replaced, lets go of the address after it was moved. */
  private elasticAddress(name: string, args: BastionArgs): aws.ec2.Eip {
    const address = { domain: "vpc", instance: this.machine.id, region: args.region, tags: tagsOf(args, "bastion") };
    return new aws.ec2.Eip(
      ...transformed<aws.ec2.EipArgs>(args.transform?.address, `${name}-address`, address, { parent: this }),
    );
  }
}
