import * as digitalocean from "@pulumi/digitalocean";
import * as pulumi from "@pulumi/pulumi";

import { type Asked, type BastionShape, compose, type Keys, rangesOf } from "../composition";
import type { BusinessDeploymentArgs, BusinessDeploymentOutputs, Credential, ResolvedSoftware } from "../deployment";
import { ConnectionCheck } from "../dynamic/connection-check";
import { type ValidDeployment, validateDeployment } from "../validation";
import { availability } from "./availability";
import { Bastion, type BastionArgs } from "./bastion";
import { Dns, type DnsArgs } from "./dns";
import { Network, type NetworkArgs } from "./network";
import { Server, type ServerArgs } from "./server";
import { limits, sizeOf, smallest, wantedSizes } from "./sizes";

export interface DigitalOceanDeploymentArgs extends BusinessDeploymentArgs {
  /** Which account it has to be, so that nothing is made with another one's token. Default: the one that the token leads to. */
  readonly expected?: {
    /** UUID of the account; who is signed in, whatever the team. */
    readonly account?: string;
    /** UUID of the team, to which everything belongs. */
    readonly team?: string;
  };
  /** A last word on single children. */
  readonly transform?: {
    readonly network?: NetworkArgs["transform"];
    readonly bastion?: BastionArgs["transform"];
    readonly server?: ServerArgs["transform"];
    readonly dns?: DnsArgs["transform"];
  };
}

/**
 * Business software on DigitalOcean: a private network, a bastion that every request goes through, and for each piece of
 * software a server without a public interface.
 *
 * Costs one droplet for the bastion and one for each piece of software.
 * @throws InvalidArgument before anything is created
 * @example
 * new BusinessDeployment("office", {
 *   domain: "example.com",
 *   region: "fra1",
 *   adminAccess: ["203.0.113.7/32"],
 *   software: [{ name: "wiki", software: "dokuwiki" }],
 * });
 */
export class BusinessDeployment extends pulumi.ComponentResource implements BusinessDeploymentOutputs {
  readonly urls: pulumi.Output<Record<string, string>>;
  readonly bastionAddress: pulumi.Output<string>;
  readonly versions: pulumi.Output<Record<string, string>>;
  readonly credentials: pulumi.Output<Record<string, Credential>>;
  readonly caCertificate: pulumi.Output<string>;
  readonly sshConfig: pulumi.Output<string>;
  readonly knownHosts: pulumi.Output<string>;
  readonly sshPrivateKey: pulumi.Output<string>;
  readonly sshCommands: pulumi.Output<Record<string, string>>;

  constructor(name: string, args: DigitalOceanDeploymentArgs, options: pulumi.ComponentResourceOptions = {}) {
    const valid = validateDeployment(args, limits);
    super("deploy4me:digitalocean:BusinessDeployment", name, {}, options);
    const asked = this.asked(name, args, valid);
    const network = this.network(asked);
    const made = compose(this, {
      asked,
      ready: network.ready,
      recordKey: (key, { publicKey }, comment) =>
        new digitalocean.SshKey(key, { name: comment, publicKey }, { parent: this }).fingerprint,
      bastion: (keys) => this.bastion(asked, keys, network),
      server: (keys, software) => this.server(asked, keys, network, software),
      dns: (subdomains, bastion) => {
        this.dns(asked, network, subdomains, bastion);
      },
    });
    this.urls = made.urls;
    this.bastionAddress = made.bastionAddress;
    this.versions = made.versions;
    this.credentials = made.credentials;
    this.caCertificate = made.caCertificate;
    this.sshConfig = made.sshConfig;
    this.knownHosts = made.knownHosts;
    this.sshPrivateKey = made.sshPrivateKey;
    this.sshCommands = made.sshCommands;
    this.registerOutputs({ urls: this.urls, bastionAddress: this.bastionAddress, versions: this.versions });
  }

  /** What is asked for, and whether the cloud has it: nothing is made before that is known. */
  private asked(name: string, args: DigitalOceanDeploymentArgs, valid: ValidDeployment): DigitalOceanAsked {
    const identity = { project: pulumi.getProject(), stack: pulumi.getStack(), deployment: name };
    const bastionSize = args.bastionSize ?? smallest;
    const checked = this.connection(name, args);
    const ready = availability(args.region, wantedSizes(bastionSize, valid.software), checked, { parent: this });
    return { name, args, valid, identity, bastionSize, ready };
  }

  /** Comes before everything. The token of an explicit provider is known to the provider alone: it is not checked. */
  private connection(name: string, { expected }: DigitalOceanDeploymentArgs): ConnectionCheck[] {
    if (this.getProvider("digitalocean:index/droplet:Droplet") !== undefined) return [];
    return [new ConnectionCheck(`${name}-connection`, { ...expected }, { parent: this })];
  }

  private network({ name, args, valid, identity, ready }: DigitalOceanAsked): Network {
    const softwarePorts = valid.software.map(({ definition }) => definition.port);
    const { region, transform } = args;
    return new Network(
      `${name}-network`,
      {
        identity,
        region,
        softwarePorts,
        ready,
        ...rangesOf(valid),
        ...(transform?.network && { transform: transform.network }),
      },
      { parent: this },
    );
  }

  private bastion(asked: DigitalOceanAsked, keys: Keys, network: Network): Bastion {
    const { name, args, valid, bastionSize } = asked;
    const { transform } = args;
    return new Bastion(
      `${name}-bastion`,
      {
        ...machineArgs(asked, keys, network),
        size: bastionSize,
        ...rangesOf(valid),
        ...(transform?.bastion && { transform: transform.bastion }),
      },
      { parent: this },
    );
  }

  private server(asked: DigitalOceanAsked, keys: Keys, network: Network, software: ResolvedSoftware): Server {
    const { name, args, valid } = asked;
    const { transform } = args;
    return new Server(
      `${name}-${software.name}`,
      {
        ...machineArgs(asked, keys, network),
        part: software.name,
        size: sizeOf(software),
        networkRange: valid.networkRange.text,
        ...(transform?.server && { transform: transform.server }),
      },
      { parent: this },
    );
  }

  private dns(
    { name, args, valid }: DigitalOceanAsked,
    { ready }: Network,
    subdomains: readonly string[],
    bastion: BastionShape,
  ): Dns {
    return new Dns(
      `${name}-dns`,
      {
        domain: valid.domain,
        subdomains,
        ipv4: bastion.address,
        ipv6: bastion.ipv6Address,
        ready,
        ...(args.transform?.dns && { transform: args.transform.dns }),
      },
      { parent: this },
    );
  }
}

interface DigitalOceanAsked extends Asked {
  readonly args: DigitalOceanDeploymentArgs;
  readonly bastionSize: string;
}

function machineArgs({ identity, args }: DigitalOceanAsked, keys: Keys, network: Network) {
  const { region, adminKeys = [] } = args;
  return { identity, region, adminKeys, ready: network.ready, network, ...keys };
}
