import * as digitalocean from "@pulumi/digitalocean";
import * as pulumi from "@pulumi/pulumi";

import type { BusinessDeploymentArgs, BusinessDeploymentOutputs, Credential, ResolvedSoftware } from "../deployment";
import { SshKeyPair } from "../dynamic/keys";
import { Gateway } from "../host/gateway";
import { SoftwareServer } from "../host/software-server";
import { type SshHost, knownHosts, sshCommand, sshConfiguration } from "../host/ssh-config";
import { cloudName, type DeploymentIdentity } from "../naming";
import { type ValidDeployment, validateDeployment } from "../validation";
import { availability } from "./availability";
import { Bastion, type BastionArgs } from "./bastion";
import { Dns, type DnsArgs } from "./dns";
import { Network, type NetworkArgs } from "./network";
import { Server, type ServerArgs } from "./server";
import { limits, sizeOf, smallest, wantedSizes } from "./sizes";

export interface DigitalOceanDeploymentArgs extends BusinessDeploymentArgs {
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
    const context = this.context(asked, network);
    const bastion = this.bastion(context, network);
    const servers = valid.software.map((software) => this.server(context, network, software));
    const gateway = this.gateway(context, bastion, servers);
    const software = servers.map((server) => this.software(context, bastion, gateway, server));
    this.dns(context, bastion);

    const hosts = sshHosts(bastion, servers);
    const directory = args.sshDirectory ?? `~/.ssh/deploy4me/${name}`;
    const machines = ["bastion", ...valid.software.map((one) => one.name)];
    this.urls = pulumi.output(Object.fromEntries(valid.software.map((one) => [one.name, one.url])));
    this.bastionAddress = bastion.address;
    this.versions = pulumi.all(Object.fromEntries(software.map((one) => [one.name, one.server.version])));
    this.credentials = pulumi.secret(
      pulumi.all(Object.fromEntries(software.map((one) => [one.name, one.server.credential]))),
    );
    this.caCertificate = gateway.caCertificate;
    this.sshConfig = hosts.apply((known) => sshConfiguration(name, known, directory));
    this.knownHosts = hosts.apply((known) => knownHosts(name, known));
    this.sshPrivateKey = pulumi.secret(context.sshKey.privateKey);
    this.sshCommands = pulumi.output(Object.fromEntries(machines.map((one) => [one, sshCommand(one, directory)])));
    this.registerOutputs({ urls: this.urls, bastionAddress: this.bastionAddress, versions: this.versions });
  }

  /** What is asked for, and whether the cloud has it: nothing is made before that is known. */
  private asked(name: string, args: DigitalOceanDeploymentArgs, valid: ValidDeployment): Asked {
    const identity = { project: pulumi.getProject(), stack: pulumi.getStack(), deployment: name };
    const bastionSize = args.bastionSize ?? smallest;
    const ready = availability(args.region, wantedSizes(bastionSize, valid), { parent: this });
    return { name, args, valid, identity, bastionSize, ready };
  }

  /** What all machines have in common. */
  private context(asked: Asked, { ready }: Network): Context {
    const { name, identity } = asked;
    const comment = cloudName(identity);
    const sshKey = new SshKeyPair(`${name}-key`, { comment }, { parent: this, dependsOn: ready });
    const record = new digitalocean.SshKey(
      `${name}-key`,
      { name: comment, publicKey: sshKey.publicKey },
      { parent: this },
    );
    return { ...asked, ready, sshKey, sshKeyFingerprint: record.fingerprint };
  }

  private network({ name, args, valid, identity, ready }: Asked): Network {
    const softwarePorts = valid.software.map(({ definition }) => definition.port);
    const { region, transform } = args;
    return new Network(
      `${name}-network`,
      {
        identity,
        region,
        softwarePorts,
        ready,
        ...ranges(valid),
        ...(transform?.network && { transform: transform.network }),
      },
      { parent: this },
    );
  }

  private bastion(context: Context, network: Network): Bastion {
    const { name, args, valid, bastionSize } = context;
    const { transform } = args;
    return new Bastion(
      `${name}-bastion`,
      {
        ...machineArgs(context, network),
        size: bastionSize,
        tag: network.bastionTag,
        ...ranges(valid),
        ...(transform?.bastion && { transform: transform.bastion }),
      },
      { parent: this },
    );
  }

  private server(context: Context, network: Network, software: ResolvedSoftware): MadeServer {
    const { name, args, valid } = context;
    const { transform } = args;
    const machine = new Server(
      `${name}-${software.name}`,
      {
        ...machineArgs(context, network),
        part: software.name,
        size: sizeOf(software),
        tag: network.serverTag,
        networkRange: valid.networkRange.text,
        ...(transform?.server && { transform: transform.server }),
      },
      { parent: this },
    );
    return { software, machine };
  }

  private gateway(
    { name, args, valid, identity, ready }: Context,
    bastion: Bastion,
    servers: readonly MadeServer[],
  ): Gateway {
    const sites = servers.map(({ software: { hostname, definition }, machine }) => ({
      hostname,
      address: machine.privateAddress,
      port: definition.port,
    }));
    return new Gateway(
      `${name}-gateway`,
      {
        machine: bastion.droplet,
        endpoint: bastion.endpoint,
        privateAddress: bastion.privateAddress,
        ...ranges(valid),
        sites,
        tls: args.tls ?? { issuer: "acme" },
        egress: valid.software.flatMap(({ definition }) => definition.egress),
        authorityName: cloudName(identity),
        ready,
      },
      { parent: this },
    );
  }

  private software(context: Context, bastion: Bastion, gateway: Gateway, { software, machine }: MadeServer) {
    const server = new SoftwareServer(
      `${context.name}-${software.name}`,
      {
        machine: machine.droplet,
        connection: machine.by(bastion.endpoint),
        software,
        networkRange: context.valid.networkRange.text,
        bastionAddress: bastion.privateAddress,
        ready: context.ready,
        after: [gateway.egress],
      },
      { parent: this },
    );
    return { name: software.name, server };
  }

  private dns({ name, args, valid, ready }: Context, bastion: Bastion): Dns {
    const subdomains = valid.software.map(({ hostname }) => hostname.slice(0, -valid.domain.length - 1));
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

interface Asked {
  readonly name: string;
  readonly args: DigitalOceanDeploymentArgs;
  readonly valid: ValidDeployment;
  readonly identity: DeploymentIdentity;
  readonly bastionSize: string;
  readonly ready: pulumi.Output<pulumi.Input<pulumi.Resource>[]>;
}

interface Context extends Asked {
  readonly sshKey: SshKeyPair;
  readonly sshKeyFingerprint: pulumi.Output<string>;
}

interface MadeServer {
  readonly software: ResolvedSoftware;
  readonly machine: Server;
}

function ranges({ networkRange, adminAccess }: ValidDeployment) {
  return { networkRange: networkRange.text, adminAccess: adminAccess.map(({ text }) => text) };
}

function machineArgs({ identity, args, ready, sshKey, sshKeyFingerprint }: Context, network: Network) {
  const { region, adminKeys = [] } = args;
  return {
    identity,
    region,
    adminKeys,
    ready,
    sshKey,
    sshKeyFingerprint,
    vpcId: network.vpcId,
    after: network.firewalls,
  };
}

function sshHosts(bastion: Bastion, servers: readonly MadeServer[]): pulumi.Output<SshHost[]> {
  const all = [
    { name: "bastion", address: bastion.address, hostKey: bastion.hostKey },
    ...servers.map(({ software, machine }) => ({
      name: software.name,
      address: machine.privateAddress,
      hostKey: machine.hostKey,
      jump: "bastion",
    })),
  ];
  return pulumi.all(all.map((host) => pulumi.output(host)));
}
