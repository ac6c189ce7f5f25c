import * as pulumi from "@pulumi/pulumi";

import type { BusinessDeploymentArgs, BusinessDeploymentOutputs, Credential, ResolvedSoftware } from "./deployment";
import { SshKeyPair } from "./dynamic/keys";
import type { MachineConnection, MachineEndpoint } from "./host/connection";
import { Gateway } from "./host/gateway";
import { SoftwareServer } from "./host/software-server";
import { knownHosts, sshCommand, sshConfiguration, type SshHost } from "./host/ssh-config";
import { cloudName, type DeploymentIdentity } from "./naming";
import type { ValidDeployment } from "./validation";

/** A request that was checked, and what every part of the deployment has to know of it. */
export interface Asked {
  readonly name: string;
  readonly args: BusinessDeploymentArgs;
  readonly valid: ValidDeployment;
  readonly identity: DeploymentIdentity;
  /** What has to be known before anything is made: that the cloud has what was asked for. */
  readonly ready: pulumi.Output<pulumi.Input<pulumi.Resource>[]>;
}

/** What all machines have in common. */
export interface Keys {
  readonly sshKey: SshKeyPair;
  /** What the cloud calls its record of the key. */
  readonly sshKeyRecord: pulumi.Output<string>;
}

/** A bastion, on any cloud. */
export interface BastionShape {
  readonly machine: pulumi.Resource;
  readonly address: pulumi.Output<string>;
  readonly ipv6Address: pulumi.Output<string>;
  readonly privateAddress: pulumi.Output<string>;
  readonly hostKey: pulumi.Output<string>;
  readonly endpoint: MachineEndpoint;
}

/** A server, on any cloud. */
export interface ServerShape {
  readonly machine: pulumi.Resource;
  readonly privateAddress: pulumi.Output<string>;
  readonly hostKey: pulumi.Output<string>;
  by(bastion: MachineEndpoint): MachineConnection;
}

/** What a cloud brings: the parts of a deployment that are its own. */
export interface CloudParts {
  readonly asked: Asked;
  /** The cloud's record of the deployment's key. */
  recordKey(name: string, key: SshKeyPair, comment: string): pulumi.Output<string>;
  /** What stands before anything else is made in the cloud: its private network. */
  readonly ready: pulumi.Output<pulumi.Input<pulumi.Resource>[]>;
  bastion(keys: Keys): BastionShape;
  server(keys: Keys, software: ResolvedSoftware): ServerShape;
  dns(subdomains: readonly string[], bastion: BastionShape): void;
}

/**
 * A deployment, put together in the same way on every cloud: network, bastion, a server for each piece of software, what
 * runs on them, and their names. A cloud's own `BusinessDeployment` hands in its parts.
 */
export function compose(parent: pulumi.ComponentResource, parts: CloudParts): BusinessDeploymentOutputs {
  const { asked, ready } = parts;
  const { name, args, valid, identity } = asked;
  const comment = cloudName(identity);
  const sshKey = new SshKeyPair(`${name}-key`, { comment }, { parent, dependsOn: ready });
  const keys = { sshKey, sshKeyRecord: parts.recordKey(`${name}-key`, sshKey, comment) };

  const bastion = parts.bastion(keys);
  const servers = valid.software.map((software) => ({ software, server: parts.server(keys, software) }));
  const gateway = makeGateway(parent, parts, bastion, servers);
  const installed = servers.map((one) => makeSoftware(parent, parts, bastion, gateway, one));
  parts.dns(
    valid.software.map(({ hostname }) => hostname.slice(0, -valid.domain.length - 1)),
    bastion,
  );

  const hosts = sshHosts(bastion, servers);
  const directory = args.sshDirectory ?? `~/.ssh/deploy4me/${name}`;
  const machines = ["bastion", ...valid.software.map((one) => one.name)];
  return {
    urls: pulumi.output(Object.fromEntries(valid.software.map((one) => [one.name, one.url]))),
    bastionAddress: bastion.address,
    versions: pulumi.all(Object.fromEntries(installed.map((one) => [one.name, one.server.version]))),
    credentials: pulumi.secret(
      pulumi.all(
        Object.fromEntries(
          installed.map((one): [string, pulumi.Output<Credential>] => [one.name, one.server.credential]),
        ),
      ),
    ),
    caCertificate: gateway.caCertificate,
    sshConfig: hosts.apply((known) => sshConfiguration(name, known, directory)),
    knownHosts: hosts.apply((known) => knownHosts(name, known)),
    sshPrivateKey: pulumi.secret(sshKey.privateKey),
    sshCommands: pulumi.output(Object.fromEntries(machines.map((one) => [one, sshCommand(one, directory)]))),
  };
}

interface MadeServer {
  readonly software: ResolvedSoftware;
  readonly server: ServerShape;
}

/** The ranges of a request, as text. */
export function rangesOf({ networkRange, adminAccess }: ValidDeployment) {
  return { networkRange: networkRange.text, adminAccess: adminAccess.map(({ text }) => text) };
}

function makeGateway(
  parent: pulumi.ComponentResource,
  { asked: { name, args, valid, identity }, ready }: CloudParts,
  bastion: BastionShape,
  servers: readonly MadeServer[],
): Gateway {
  const sites = servers.map(({ software: { hostname, definition }, server }) => ({
    hostname,
    address: server.privateAddress,
    port: definition.port,
  }));
  return new Gateway(
    `${name}-gateway`,
    {
      machine: bastion.machine,
      endpoint: bastion.endpoint,
      privateAddress: bastion.privateAddress,
      ...rangesOf(valid),
      sites,
      tls: args.tls ?? { issuer: "acme" },
      egress: valid.software.flatMap(({ definition }) => definition.egress),
      authorityName: cloudName(identity),
      ready,
    },
    { parent },
  );
}

function makeSoftware(
  parent: pulumi.ComponentResource,
  { asked: { name, valid }, ready }: CloudParts,
  bastion: BastionShape,
  gateway: Gateway,
  { software, server }: MadeServer,
) {
  const made = new SoftwareServer(
    `${name}-${software.name}`,
    {
      machine: server.machine,
      connection: server.by(bastion.endpoint),
      software,
      networkRange: valid.networkRange.text,
      bastionAddress: bastion.privateAddress,
      ready,
      after: [gateway.egress],
    },
    { parent },
  );
  return { name: software.name, server: made };
}

function sshHosts(bastion: BastionShape, servers: readonly MadeServer[]): pulumi.Output<SshHost[]> {
  const all = [
    { name: "bastion", address: bastion.address, hostKey: bastion.hostKey },
    ...servers.map(({ software, server }) => ({
      name: software.name,
      address: server.privateAddress,
      hostKey: server.hostKey,
      jump: "bastion",
    })),
  ];
  return pulumi.all(all.map((host) => pulumi.output(host)));
}
