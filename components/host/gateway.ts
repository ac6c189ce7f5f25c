import { remote } from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";

import type { AcmeTls, PrivateCaTls } from "../deployment";
import { CertificateAuthority } from "../dynamic/authority";
import { HostFirewall } from "../dynamic/ruleset";
import { egressScript, ingressScript } from "./bastion-services";
import { commandConnection, type MachineEndpoint } from "./connection";
import { bastionRuleset } from "./firewall";
import type { Site } from "./reverse-proxy";

/** A name on the outside and where its server will be. */
export interface SiteInput extends Omit<Site, "address"> {
  readonly address: pulumi.Input<string>;
}

export interface GatewayArgs {
  /** The bastion machine: what runs on it is made anew when it is, and goes with it. */
  readonly machine: pulumi.Resource;
  readonly endpoint: MachineEndpoint;
  readonly privateAddress: pulumi.Input<string>;
  readonly networkRange: string;
  readonly adminAccess: readonly string[];
  readonly sites: readonly SiteInput[];
  readonly tls: AcmeTls | PrivateCaTls;
  /** Hosts the software may reach, beside the machines' package sources. */
  readonly egress: readonly string[];
  /** What has to be known before anything is made: that the cloud has what was asked for. */
  readonly ready: pulumi.Input<pulumi.Input<pulumi.Resource>[]>;
  /** Whose certificate authority it is, as it is shown to people. */
  readonly authorityName: string;
}

/**
 * What runs on a bastion, on any cloud: the egress proxy first, because the servers wait for it; the firewall; then the
 * reverse proxy, time and names.
 */
export class Gateway extends pulumi.ComponentResource {
  /** Servers can install packages when this is done. */
  readonly egress: pulumi.Resource;
  /** The private authority's certificate (PEM), empty with ACME. */
  readonly caCertificate: pulumi.Output<string>;

  constructor(name: string, args: GatewayArgs, options: pulumi.ComponentResourceOptions = {}) {
    super("deploy4me:host:Gateway", name, {}, options);
    const egress = this.egressProxy(name, args);
    const firewall = this.firewall(name, args, egress);
    const authority = this.authority(name, args);
    this.ingress(name, args, egress, authority);
    this.egress = firewall;
    this.caCertificate = authority?.certificate ?? pulumi.output("");
    this.registerOutputs({ caCertificate: this.caCertificate });
  }

  private egressProxy(
    name: string,
    { privateAddress, networkRange, egress, machine, endpoint }: GatewayArgs,
  ): remote.Command {
    const stdin = pulumi.output(privateAddress).apply((listen) => egressScript({ listen, networkRange, egress }));
    return new remote.Command(`${name}-egress`, runScript(endpoint, stdin), onMachine(this, machine));
  }

  private firewall(name: string, args: GatewayArgs, egress: remote.Command): HostFirewall {
    const { privateAddress, networkRange, adminAccess, sites, endpoint, machine } = args;
    const ruleset = pulumi
      .output({ privateAddress, upstreams: sites.map(({ address, port }) => ({ address, port })) })
      .apply((known) => bastionRuleset({ adminAccess, networkRange, ...known }));
    // The packages that the first script waits for bring iptables.
    return new HostFirewall(
      `${name}-firewall`,
      { connection: { ...endpoint }, ruleset },
      onMachine(this, machine, [egress]),
    );
  }

  private authority(name: string, { tls, authorityName, ready }: GatewayArgs): CertificateAuthority | undefined {
    if (tls.issuer === "acme") return undefined;
    return new CertificateAuthority(
      `${name}-authority`,
      { commonName: authorityName },
      { parent: this, dependsOn: ready },
    );
  }

  private ingress(
    name: string,
    args: GatewayArgs,
    egress: remote.Command,
    authority: CertificateAuthority | undefined,
  ): void {
    const { privateAddress, networkRange, sites, tls, endpoint, machine } = args;
    const material = authority && { certificate: authority.certificate, privateKey: authority.privateKey };
    const stdin = pulumi
      .output({ listen: privateAddress, sites: sites.map((site) => ({ ...site })), material })
      .apply(({ material: issuer, ...known }) =>
        ingressScript({ ...known, networkRange, tls, ...(issuer && { authority: issuer }) }),
      );
    new remote.Command(`${name}-ingress`, runScript(endpoint, stdin), onMachine(this, machine, [egress]));
  }
}

/** Longer than the slowest mirror takes for the packages; then the script is ended instead of being waited for for ever. */
const scriptSeconds = 1800;

/** A script on standard input: it holds keys, and command lines are for everybody to read. */
export function runScript(connection: MachineEndpoint, stdin: pulumi.Input<string>): remote.CommandArgs {
  return {
    connection: commandConnection(connection),
    create: `timeout --kill-after=10 ${scriptSeconds} bash -s`,
    stdin: pulumi.secret(stdin),
    addPreviousOutputInEnv: false,
  };
}

/** The options of everything that lives on a machine: made anew with it, gone with it, and never deleted by itself. */
export function onMachine(
  parent: pulumi.Resource,
  machine: pulumi.Resource,
  after: readonly pulumi.Resource[] = [],
): pulumi.CustomResourceOptions {
  return { parent, deletedWith: machine, replaceWith: [machine], dependsOn: [...after] };
}
