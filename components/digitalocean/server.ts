import * as digitalocean from "@pulumi/digitalocean";
import * as pulumi from "@pulumi/pulumi";

import { SshKeyPair } from "../dynamic/keys";
import { serverUserData } from "../host/machine";
import type { MachineConnection, MachineEndpoint } from "../host/connection";
import { cloudName, type DeploymentIdentity } from "../naming";
import { type Transform, transformed } from "../transform";

export interface ServerArgs {
  readonly identity: DeploymentIdentity;
  /** The server's name within its deployment. */
  readonly part: string;
  readonly region: string;
  readonly size: string;
  readonly vpcId: pulumi.Input<string>;
  /** The tag that binds the cloud firewall. */
  readonly tag: pulumi.Input<string>;
  readonly networkRange: string;
  readonly adminKeys: readonly string[];
  readonly sshKey: SshKeyPair;
  /** The cloud's record of the key: its fingerprint. */
  readonly sshKeyFingerprint: pulumi.Input<string>;
  /** What has to be known before anything is made: that the cloud has what was asked for. */
  readonly ready: pulumi.Input<pulumi.Input<pulumi.Resource>[]>;
  /** What has to stand before the machine boots: the cloud firewalls. */
  readonly after: readonly pulumi.Resource[];
  readonly transform?: { readonly droplet?: Transform<digitalocean.DropletArgs> };
}

/**
 * A machine without a public interface, reached through the bastion alone. It holds data: its user data, image and keys
 * are frozen when it is made, so that no release of ours or of the image's maker ever replaces it.
 */
export class Server extends pulumi.ComponentResource {
  readonly droplet: digitalocean.Droplet;
  readonly privateAddress: pulumi.Output<string>;
  readonly hostKey: pulumi.Output<string>;
  private readonly sshKey: SshKeyPair;

  constructor(name: string, args: ServerArgs, options: pulumi.ComponentResourceOptions = {}) {
    super("deploy4me:digitalocean:Server", name, {}, options);
    const comment = cloudName(args.identity, args.part);
    const hostKey = new SshKeyPair(`${name}-host-key`, { comment }, { parent: this, dependsOn: args.ready });
    this.sshKey = args.sshKey;
    this.droplet = this.makeDroplet(name, args, hostKey);
    this.privateAddress = this.droplet.ipv4AddressPrivate;
    this.hostKey = hostKey.publicKey;
    this.registerOutputs({ privateAddress: this.privateAddress, hostKey: this.hostKey });
  }

  /** The way in, through a bastion. */
  by(bastion: MachineEndpoint): MachineConnection {
    const { privateKey } = this.sshKey;
    return { host: this.privateAddress, user: "root", privateKey, hostKey: this.hostKey, proxy: bastion };
  }

  private makeDroplet(name: string, args: ServerArgs, hostKey: SshKeyPair): digitalocean.Droplet {
    const { identity, part, region, size, vpcId, tag, sshKeyFingerprint, after, transform } = args;
    const droplet = {
      name: cloudName(identity, part),
      region,
      size,
      image: "debian-13-x64",
      vpcUuid: vpcId,
      publicNetworking: false,
      dropletAgent: false,
      sshKeys: [sshKeyFingerprint],
      tags: [tag],
      userData: serverUserData({ ...args, hostKey, authorizedKeys: [args.sshKey.publicKey, ...args.adminKeys] }),
    };
    return new digitalocean.Droplet(
      ...transformed<digitalocean.DropletArgs>(transform?.droplet, `${name}-droplet`, droplet, {
        parent: this,
        dependsOn: [...after],
        ignoreChanges: ["userData", "image", "sshKeys"],
        // When somebody asks for a change that replaces it after all, the data stay until its successor stands.
        deleteBeforeReplace: false,
      }),
    );
  }
}
