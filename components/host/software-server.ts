import { remote } from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";

import type { Credential, ResolvedSoftware } from "../deployment";
import { Password } from "../dynamic/password";
import { HostFirewall } from "../dynamic/ruleset";
import { SoftwareInstallation } from "../dynamic/software";
import { requireParameter } from "../validation";
import type { MachineConnection } from "./connection";
import { serverRuleset } from "./firewall";
import { onMachine, runScript } from "./gateway";
import { egressProxyUrl, uplinkScript } from "./uplink";

export interface SoftwareServerArgs {
  /** The server machine: what runs on it is made anew when it is, and goes with it. */
  readonly machine: pulumi.Resource;
  readonly connection: MachineConnection;
  readonly software: ResolvedSoftware;
  readonly networkRange: string;
  /** The bastion's private address. */
  readonly bastionAddress: pulumi.Input<string>;
  /** What has to be known before anything is made: that the cloud has what was asked for. */
  readonly ready: pulumi.Input<pulumi.Input<pulumi.Resource>[]>;
  /** What has to run before anything can be installed: the bastion's egress proxy. */
  readonly after: readonly pulumi.Resource[];
}

/** What runs on a server, on any cloud: its uplink through the bastion, its firewall, and one piece of software. */
export class SoftwareServer extends pulumi.ComponentResource {
  readonly version: pulumi.Output<string>;
  /** The first administrator. Secret. */
  readonly credential: pulumi.Output<Credential>;

  constructor(name: string, args: SoftwareServerArgs, options: pulumi.ComponentResourceOptions = {}) {
    super("deploy4me:host:SoftwareServer", name, {}, options);
    const uplink = this.uplink(name, args);
    this.firewall(name, args, uplink);
    const parameters = this.parameters(name, args);
    this.version = this.installation(name, args, parameters, uplink).version;
    this.credential = credentialOf(args.software, parameters);
    this.registerOutputs({ version: this.version });
  }

  private uplink(name: string, { bastionAddress, connection, machine, after }: SoftwareServerArgs): remote.Command {
    const stdin = pulumi.output(bastionAddress).apply((address) => uplinkScript({ bastionAddress: address }));
    return new remote.Command(`${name}-uplink`, runScript(connection, stdin), onMachine(this, machine, after));
  }

  private firewall(name: string, args: SoftwareServerArgs, uplink: remote.Command): void {
    const { bastionAddress, networkRange, software, connection, machine } = args;
    const ruleset = pulumi
      .output(bastionAddress)
      .apply((address) =>
        serverRuleset({ networkRange, bastionAddress: address, softwarePort: software.definition.port }),
      );
    new HostFirewall(
      `${name}-firewall`,
      { connection: { ...connection }, ruleset },
      onMachine(this, machine, [uplink]),
    );
  }

  /** Every parameter of the definition: from the request, from its default, or made here. */
  private parameters(
    name: string,
    { software, networkRange, ready }: SoftwareServerArgs,
  ): Record<string, pulumi.Output<string>> {
    const own = Object.entries(software.definition.parameters).map(([key, parameter]) => {
      const given = software.parameters[key] ?? parameter.default;
      const argument = `parameters.${key} of ${software.name}`;
      if (given !== undefined) {
        const checked = pulumi.output(given).apply((value) => {
          requireParameter(argument, value, parameter);
          return value;
        });
        return [key, parameter.credential === "password" ? pulumi.secret(checked) : checked] as const;
      }
      const length = parameter.generate?.length ?? 24;
      return [
        key,
        new Password(`${name}-${asSuffix(key)}`, { length }, { parent: this, dependsOn: ready }).value,
      ] as const;
    });
    return {
      ...Object.fromEntries(own),
      url: pulumi.output(software.url),
      hostname: pulumi.output(software.hostname),
      networkRange: pulumi.output(networkRange),
      egressProxy: pulumi.output(egressProxyUrl),
    };
  }

  private installation(
    name: string,
    { software, connection, machine }: SoftwareServerArgs,
    parameters: Record<string, pulumi.Output<string>>,
    uplink: remote.Command,
  ): SoftwareInstallation {
    const { definition } = software;
    return new SoftwareInstallation(
      `${name}-software`,
      { connection: { ...connection }, definition, parameters },
      onMachine(this, machine, [uplink]),
    );
  }
}

function credentialOf(
  { definition }: ResolvedSoftware,
  parameters: Record<string, pulumi.Output<string>>,
): pulumi.Output<Credential> {
  const named = (kind: "user" | "password"): pulumi.Output<string> => {
    const key = Object.entries(definition.parameters).find(([, { credential }]) => credential === kind)?.[0];
    return (key === undefined ? undefined : parameters[key]) ?? pulumi.output("");
  };
  return pulumi.secret(
    pulumi.all([named("user"), named("password")]).apply(([user, password]) => ({ user, password })),
  );
}

/** `adminPassword` → `admin-password` */
function asSuffix(parameter: string): string {
  return parameter.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}
