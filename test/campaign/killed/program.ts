import "../../../programs/lean";

import * as digitalocean from "@pulumi/digitalocean";

import { Bastion } from "../../../components/digitalocean/bastion";
import { Dns } from "../../../components/digitalocean/dns";
import { Network } from "../../../components/digitalocean/network";
import { Server } from "../../../components/digitalocean/server";
import { SshKeyPair } from "../../../components/dynamic/keys";
import { onMachine } from "../../../components/host/gateway";

/** What the campaign of kills deploys: all that our components have in the cloud, without what needs a running machine. */
export interface KilledRequest {
  readonly name: string;
  /** Another one replaces the bastion, and with it whatever stands on it. */
  readonly administrator: string;
  /** A server and two DNS records for each. */
  readonly software: readonly string[];
}

export function killed(request: KilledRequest): () => Promise<Record<string, unknown>> {
  return () => {
    const { name, administrator, software } = request;
    const identity = { project: "killed", stack: name, deployment: "office" };
    const adminAccess = [administrator];
    const common = { identity, region: "fra1", networkRange: "10.20.0.0/24", ready: [] };
    const sshKey = new SshKeyPair("key", { comment: "office" });
    const record = new digitalocean.SshKey("key", { name: "office", publicKey: sshKey.publicKey });
    const network = new Network("network", { ...common, adminAccess, softwarePorts: [80] });
    const keys = { adminKeys: [], sshKey, sshKeyRecord: record.fingerprint };
    const machine = { ...common, ...keys, size: "s-1vcpu-1gb", network };
    const bastion = new Bastion("bastion", { ...machine, adminAccess });
    const servers = software.map((part) => new Server(part, { ...machine, part }));
    new Dns("dns", {
      domain: "example.com",
      subdomains: software,
      ipv4: bastion.address,
      ipv6: bastion.ipv6Address,
      ready: [],
    });
    const onBastion = new SshKeyPair("on-bastion", { comment: "x" }, onMachine(bastion, bastion.machine));
    for (const [at, server] of servers.entries())
      new SshKeyPair(`on-${software[at] ?? ""}`, { comment: "x" }, onMachine(server, server.machine));
    return Promise.resolve({ address: bastion.address, onBastion: onBastion.fingerprint });
  };
}
