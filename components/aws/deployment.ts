import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";

import { type Asked, type BastionShape, compose, type Keys, rangesOf } from "../composition";
import type { BusinessDeploymentArgs, BusinessDeploymentOutputs, Credential, ResolvedSoftware } from "../deployment";
import type { SshKeyPair } from "../dynamic/keys";
import { validateDeployment } from "../validation";
import { availability } from "./availability";
import { BackupStore, type BackupStoreArgs } from "./backups";
import { Bastion, type BastionArgs } from "./bastion";
import { Dns, type DnsArgs } from "./dns";
import { debianImage } from "./image";
import { Network, type NetworkArgs } from "./network";
import { Server, type ServerArgs } from "./server";
import { limits, sizeOf, smallest, wantedSizes } from "./sizes";
import { subnetRanges } from "./subnets";
import { validateOnAws } from "./validation";
import { type Ownership, tagsOf } from "./tags";

export interface AwsDeploymentArgs extends BusinessDeploymentArgs {
  /** Who answers for what it costs, as a tag on everything. Default: `deploy4me`. */
  readonly owner?: string;
  /** Keeps a record of every connection. Default: `false`. */
  readonly flowLogs?: boolean;
  /** A last word on single children. */
  readonly transform?: {
    readonly network?: NetworkArgs["transform"];
    readonly bastion?: BastionArgs["transform"];
    readonly server?: ServerArgs["transform"];
    readonly dns?: DnsArgs["transform"];
    readonly backups?: BackupStoreArgs["transform"];
    readonly keyPair?: Partial<aws.ec2.KeyPairArgs>;
  };
}

/**
 * Business software on AWS: a private network over two zones, a bastion that every request goes through, and for each
 * piece of software a server in a private subnet.
 *
 * Costs an instance and its volume for the bastion and for each piece of software, a public IPv4 address, a hosted zone, and
 * what the backups take.
 * @throws InvalidArgument before anything is created
 * @example
 * new BusinessDeployment("office", {
 *   domain: "example.com",
 *   region: "eu-central-1",
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

  constructor(name: string, args: AwsDeploymentArgs, options: pulumi.ComponentResourceOptions = {}) {
    const valid = validateDeployment(args, limits);
    validateOnAws({ ...args, networkRange: valid.networkRange.text });
    const subnets = subnetRanges(valid.networkRange.text, valid.software.length);
    super("deploy4me:aws:BusinessDeployment", name, {}, options);
    const identity = { project: pulumi.getProject(), stack: pulumi.getStack(), deployment: name };
    const ownership: Ownership = { identity, ...(args.owner !== undefined && { owner: args.owner }) };
    const bastionSize = args.bastionSize ?? smallest;
    const { ready, zones } = availability(args.region, wantedSizes(bastionSize, valid.software), { parent: this });
    const asked: Asked = { name, args, valid, identity, ready };

    const network = new Network(
      `${name}-network`,
      {
        ...ownership,
        region: args.region,
        subnets,
        zones,
        ready,
        ...rangesOf(valid),
        softwarePorts: valid.software.map(({ definition }) => definition.port),
        ...(args.flowLogs !== undefined && { flowLogs: args.flowLogs }),
        ...(args.transform?.network && { transform: args.transform.network }),
      },
      { parent: this },
    );
    const backups = new BackupStore(
      `${name}-backups`,
      {
        ...ownership,
        region: args.region,
        network,
        ready: network.ready,
        ...(args.transform?.backups && { transform: args.transform.backups }),
      },
      { parent: this },
    );
    network.groups.closeServers([backups.wayOut]);
    const made = compose(this, {
      asked,
      ready: network.ready,
      recordKey: (key, pair) => this.recordKey(key, pair, args, ownership),
      ...this.machines({ asked, args, ownership, network, backups, bastionSize }),
      dns: (subdomains, bastion) => {
        this.names(asked, args, ownership, network, subdomains, bastion);
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

  private recordKey(
    name: string,
    { publicKey }: SshKeyPair,
    { region, transform }: AwsDeploymentArgs,
    ownership: Ownership,
  ): pulumi.Output<string> {
    const tags = tagsOf(ownership);
    const pair = { keyName: tags.Name ?? name, publicKey, region, tags, ...transform?.keyPair };
    return new aws.ec2.KeyPair(name, pair, { parent: this }).keyName;
  }

  private machines({ asked, args, ownership, network, backups, bastionSize }: Parts) {
    const { name, valid } = asked;
    const image = debianImage(args.region, asked.ready, { parent: this });
    const common = {
      ...ownership,
      region: args.region,
      network,
      image,
      adminKeys: args.adminKeys ?? [],
      ready: network.ready,
    };
    return {
      bastion: (keys: Keys) =>
        new Bastion(
          `${name}-bastion`,
          {
            ...common,
            ...keys,
            size: bastionSize,
            ...rangesOf(valid),
            ...(args.transform?.bastion && { transform: args.transform.bastion }),
          },
          { parent: this },
        ),
      server: (keys: Keys, software: ResolvedSoftware) =>
        new Server(
          `${name}-${software.name}`,
          {
            ...common,
            ...keys,
            part: software.name,
            size: sizeOf(software),
            networkRange: valid.networkRange.text,
            instanceProfile: backups.instanceProfile,
            ...(args.transform?.server && { transform: args.transform.server }),
          },
          { parent: this },
        ),
    };
  }

  private names(
    { name, valid }: Asked,
    { transform }: AwsDeploymentArgs,
    ownership: Ownership,
    network: Network,
    subdomains: readonly string[],
    bastion: BastionShape,
  ): void {
    new Dns(
      `${name}-dns`,
      {
        ...ownership,
        domain: valid.domain,
        subdomains,
        ipv4: bastion.address,
        ipv6: bastion.ipv6Address,
        ready: network.ready,
        ...(transform?.dns && { transform: transform.dns }),
      },
      { parent: this },
    );
  }
}

interface Parts {
  readonly asked: Asked;
  readonly args: AwsDeploymentArgs;
  readonly ownership: Ownership;
  readonly network: Network;
  readonly backups: BackupStore;
  readonly bastionSize: string;
}
