import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";

import { SshKeyPair } from "../dynamic/keys";
import { serverUserData } from "../host/machine";
import type { MachineConnection, MachineEndpoint } from "../host/connection";
import { cloudName } from "../naming";
import { type Transform, transformed } from "../transform";
import { instanceArgs } from "./instance";
import type { Network } from "./network";
import type { Ownership } from "./tags";

export interface ServerArgs extends Ownership {
  /** The server's name within its deployment. */
  readonly part: string;
  readonly region: string;
  readonly size: string;
  readonly network: Network;
  readonly networkRange: string;
  readonly image: pulumi.Input<string>;
  readonly adminKeys: readonly string[];
  readonly sshKey: SshKeyPair;
  /** The cloud's record of the key: its name. */
  readonly sshKeyRecord: pulumi.Input<string>;
  /** What the machine may do with the cloud's API: put its backups away. */
  readonly instanceProfile?: pulumi.Input<string>;
  /** What has to be known before anything is made: that the cloud has what was asked for. */
  readonly ready: pulumi.Input<pulumi.Input<pulumi.Resource>[]>;
  readonly transform?: { readonly machine?: Transform<aws.ec2.InstanceArgs> };
}

/**
 * A machine in a private subnet, reached through the bastion alone. It holds data: its user data, image and keys are
 * frozen when it is made, so that no release of ours or of the image's maker ever replaces it.
 */
export class Server extends pulumi.ComponentResource {
  readonly machine: aws.ec2.Instance;
  readonly privateAddress: pulumi.Output<string>;
  readonly hostKey: pulumi.Output<string>;
  private readonly sshKey: SshKeyPair;

  constructor(name: string, args: ServerArgs, options: pulumi.ComponentResourceOptions = {}) {
    super("deploy4me:aws:Server", name, {}, options);
    const comment = cloudName(args.identity, args.part);
    const hostKey = new SshKeyPair(`${name}-host-key`, { comment }, { parent: this, dependsOn: args.ready });
    this.sshKey = args.sshKey;
    this.machine = this.makeMachine(name, args, hostKey);
    this.privateAddress = this.machine.privateIp;
    this.hostKey = hostKey.publicKey;
    this.registerOutputs({ privateAddress: this.privateAddress, hostKey: this.hostKey });
  }

  /** The way in, through a bastion. */
  by(bastion: MachineEndpoint): MachineConnection {
    const { privateKey } = this.sshKey;
    return { host: this.privateAddress, user: "root", privateKey, hostKey: this.hostKey, proxy: bastion };
  }

  private makeMachine(name: string, args: ServerArgs, hostKey: SshKeyPair): aws.ec2.Instance {
    const { network, image, sshKeyRecord, instanceProfile, transform } = args;
    const machine: aws.ec2.InstanceArgs = {
      ...instanceArgs({
        ...args,
        ami: image,
        keyName: sshKeyRecord,
        subnetId: network.privateSubnetId,
        securityGroupId: network.groups.serverId,
        userData: serverUserData({ ...args, hostKey, authorizedKeys: [args.sshKey.publicKey, ...args.adminKeys] }),
      }),
      ...(instanceProfile !== undefined && { iamInstanceProfile: instanceProfile }),
    };
    return new aws.ec2.Instance(
      ...transformed<aws.ec2.InstanceArgs>(transform?.machine, `${name}-machine`, machine, {
        parent: this,
        dependsOn: [...network.firewalls],
        ignoreChanges: ["userData", "ami", "keyName", "subnetId"],
        // When somebody asks for a change that replaces it after all, the data stay until its successor stands.
        deleteBeforeReplace: false,
      }),
    );
  }
}
