import * as digitalocean from "@pulumi/digitalocean";
import * as pulumi from "@pulumi/pulumi";

import { SshKeyPair } from "../dynamic/keys";
import { Presence } from "../dynamic/presence";
import { bastionUserData } from "../host/machine";
import type { MachineEndpoint } from "../host/connection";
import { cloudName, type DeploymentIdentity } from "../naming";
import { type Transform, transformed } from "../transform";
import { lookup } from "./lookup";
import type { Network } from "./network";

export interface BastionArgs {
  readonly identity: DeploymentIdentity;
  readonly region: string;
  readonly size: string;
  readonly network: Network;
  readonly networkRange: string;
  /** Part of the user data: a change replaces the machine, and so lets an administrator with a new address back in. */
  readonly adminAccess: readonly string[];
  readonly adminKeys: readonly string[];
  readonly sshKey: SshKeyPair;
  /** The cloud's record of the key: its fingerprint. */
  readonly sshKeyRecord: pulumi.Input<string>;
  /** What has to be known before anything is made: that the cloud has what was asked for. */
  readonly ready: pulumi.Input<pulumi.Input<pulumi.Resource>[]>;
  readonly transform?: {
    readonly machine?: Transform<digitalocean.DropletArgs>;
    readonly address?: Transform<digitalocean.ReservedIpArgs>;
  };
}

/**
 * The only machine that answers from outside. It keeps nothing: it is replaced when its user data changes or when it was
 * deleted behind our back, and comes back under the same address with the same host key.
 *
 * DigitalOcean's official plugin can't delete a droplet that is gone already (its `resource_droplet.go` asks for it first,
 * and takes the 404 for an error): after a deletion behind our back the `up` brings everything back and then fails at
 * this last step; `pulumi refresh` makes it forget the old machine.
 *
 * Costs the droplet; the reserved IP is free while it is assigned.
 */
export class Bastion extends pulumi.ComponentResource {
  readonly machine: digitalocean.Droplet;
  readonly address: pulumi.Output<string>;
  readonly ipv6Address: pulumi.Output<string>;
  readonly privateAddress: pulumi.Output<string>;
  readonly hostKey: pulumi.Output<string>;
  /** How to get in, once the address leads to this very machine. */
  readonly endpoint: MachineEndpoint;

  constructor(name: string, args: BastionArgs, options: pulumi.ComponentResourceOptions = {}) {
    super("deploy4me:digitalocean:Bastion", name, {}, options);
    const comment = cloudName(args.identity, "bastion");
    const hostKey = new SshKeyPair(`${name}-host-key`, { comment }, { parent: this, dependsOn: args.ready });
    const presence = this.presence(name, args);
    this.machine = this.makeMachine(name, args, hostKey, presence);
    const reservedIp = this.reservedIp(name, args);
    this.address = reservedIp.ipAddress;
    this.ipv6Address = this.machine.ipv6Address;
    this.privateAddress = this.machine.ipv4AddressPrivate;
    this.hostKey = hostKey.publicKey;
    this.endpoint = { host: this.address, user: "root", privateKey: args.sshKey.privateKey, hostKey: this.hostKey };
    this.registerOutputs({ address: this.address, privateAddress: this.privateAddress, hostKey: this.hostKey });
  }

  /**
   * Whether the cloud still has the machine. A plain `up` believes its state and would find out only when a connection
   * fails; this asks, and its generation makes the engine replace what is gone.
   */
  private presence(name: string, { identity, ready }: BastionArgs): Presence {
    const tag = cloudName(identity, "bastion");
    const found = digitalocean.getDroplets({ filters: [{ key: "tags", values: [tag] }] }, { parent: this });
    const present = lookup(found, ready).apply(({ droplets }) => droplets.length > 0);
    return new Presence(`${name}-presence`, { present }, { parent: this, dependsOn: ready });
  }

  private makeMachine(name: string, args: BastionArgs, hostKey: SshKeyPair, presence: Presence): digitalocean.Droplet {
    const { identity, region, size, network, sshKeyRecord, transform } = args;
    const droplet = {
      name: cloudName(identity, "bastion"),
      region,
      size,
      image: "debian-13-x64",
      vpcUuid: network.vpcId,
      ipv6: true,
      dropletAgent: false,
      sshKeys: [sshKeyRecord],
      tags: [network.bastionTag],
      userData: bastionUserData({ ...args, hostKey, authorizedKeys: [args.sshKey.publicKey, ...args.adminKeys] }),
    };
    return new digitalocean.Droplet(
      ...transformed<digitalocean.DropletArgs>(transform?.machine, `${name}-droplet`, droplet, {
        parent: this,
        dependsOn: [...network.firewalls],
        replacementTrigger: presence.generation,
        // The address moves to the new machine before the old one goes; and what runs on the old one goes with it, instead
        // of being taken down first, by a connection to a machine that may be gone.
        deleteBeforeReplace: false,
      }),
    );
  }

  /** Assigned by the address itself: a separate assignment, when replaced, lets go of the address after it was moved. */
  private reservedIp(name: string, { region, transform }: BastionArgs): digitalocean.ReservedIp {
    const dropletId = this.machine.id.apply(Number);
    return new digitalocean.ReservedIp(
      ...transformed<digitalocean.ReservedIpArgs>(
        transform?.address,
        `${name}-address`,
        { region, dropletId },
        { parent: this },
      ),
    );
  }
}
