import * as digitalocean from "@pulumi/digitalocean";
import * as pulumi from "@pulumi/pulumi";

import { SshKeyPair } from "../dynamic/keys";
import { serverUserData } from "../host/machine";
import type { MachineConnection, MachineEndpoint } from "../host/connection";
import { cloudName, type DeploymentIdentity } from "../naming";
import { type Transform, transformed } from "../transform";
import type { Network } from "./network";

export interface ServerArgs {
  readonly identity: DeploymentIdentity;
  /** The server's name within its deployment. */
  readonly part: string;
  readonly region: string;
  readonly size: string;
  readonly network: Network;
  readonly networkRange: string;
  readonly adminKeys: readonly string[];
  readonly sshKey: SshKeyPair;
  /** The cloud's record of the key: its fingerprint. */
  readonly sshKeyRecord: pulumi.Input<string>;
  /** What has to be known before anything is made: that the cloud has what was asked for. */
  readonly ready: pulumi.Input<pulumi.Input<pulumi.Resource>[]>;
  readonly transform?: { readonly machine?: Transform<digitalocean.DropletArgs> };
}

/**
 * A machine without a public interface, reached through the bastion alone. It holds data: its user data, image and keys
 * are frozen when it is made, so that no release of ours or of the image's maker ever replaces it.
 */
export class Server extends pulumi.ComponentResource {
  readonly machine: digitalocean.Droplet;
  readonly privateAddress: pulumi.Output<string>;
  readonly hostKey: pulumi.Output<string>;
  private readonly sshKey: SshKeyPair;

  constructor(name: string, args: ServerArgs, options: pulumi.ComponentResourceOptions = {}) {
    super("deploy4me:digitalocean:Server", name, {}, options);
    const comment = cloudName(args.identity, args.part);
    const hostKey = new SshKeyPair(`${name}-host-key`, { comment }, { parent: this, dependsOn: args.ready });
    this.sshKey = args.sshKey;
    this.machine = this.makeMachine(name, args, hostKey);
    this.privateAddress = this.machine.ipv4AddressPrivate;
    this.hostKey = hostKey.publicKey;
    this.registerOutputs({ privateAddress: this.privateAddress, hostKey: this.hostKey });
  }

  /** The way in, through a bastion. */
  by(bastion: MachineEndpoint): MachineConnection {
    const { privateKey } = this.sshKey;
    return { host: this.privateAddress, user: "root", privateKey, hostKey: this.hostKey, proxy: bastion };
  }

  private makeMachine(name: string, args: ServerArgs, hostKey: SshKeyPair): digitalocean.Droplet {
    const { identity, part, region, size, network, sshKeyRecord, transform } = args;
    const droplet = {
      name: cloudName(identity, part),
      region,
      size,
      image: "debian-13-x64",
      vpcUuid: network.vpcId,
      publicNetworking: false,
      dropletAgent: false,
      sshKeys: [sshKeyRecord],
      tags: [network.serverTag],
      userData: serverUserData({ ...args, hostKey, authorizedKeys: [args.sshKey.publicKey, ...args.adminKeys] }),
    };
    return new digitalocean.Droplet(
      ...transformed<digitalocean.DropletArgs>(transform?.machine, `${name}-droplet`, droplet, {
        parent: this,
        dependsOn: [...network.firewalls],
        ignoreChanges: ["userData", "image", "sshKeys"],
        // When somebody asks for a change that replaces it after all, the data stay until its successor stands.
        deleteBeforeReplace: false,
      }),
    );
  }
}
