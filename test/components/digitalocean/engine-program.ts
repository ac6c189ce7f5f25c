import "../../../programs/lean";

import * as digitalocean from "@pulumi/digitalocean";

import { Bastion } from "../../../components/digitalocean/bastion";
import { Dns } from "../../../components/digitalocean/dns";
import { Network } from "../../../components/digitalocean/network";
import { Server } from "../../../components/digitalocean/server";
import { SshKeyPair } from "../../../components/dynamic/keys";
import { onMachine } from "../../../components/host/gateway";

/**
 * A deployment without what needs a running machine: the program of `engine.test.ts`. In the place of what is configured on
 * a machine stands something that only the state knows.
 */
export = () => {
  const identity = { project: "test", stack: "engine", deployment: "office" };
  const adminAccess = (process.env.DEPLOY4ME_ADMIN_ACCESS ?? "").split(",");
  const common = { identity, region: "fra1", networkRange: "10.20.0.0/24", ready: [] };
  const sshKey = new SshKeyPair("key", { comment: "office" });
  const record = new digitalocean.SshKey("key", { name: "office", publicKey: sshKey.publicKey });
  const network = new Network("network", { ...common, adminAccess, softwarePorts: [80, 8080] });
  const machine = {
    ...common,
    size: "s-1vcpu-1gb",
    network,
    adminKeys: [],
    sshKey,
    sshKeyRecord: record.fingerprint,
  };
  const bastion = new Bastion("bastion", { ...machine, adminAccess });
  const server = new Server("wiki", { ...machine, part: "wiki" });
  new Dns("dns", {
    domain: "example.com",
    subdomains: ["wiki", "blog"],
    ipv4: bastion.address,
    ipv6: bastion.ipv6Address,
    ready: [],
  });
  const onBastion = new SshKeyPair("on-bastion", { comment: "x" }, onMachine(bastion, bastion.machine));
  const onWiki = new SshKeyPair("on-wiki", { comment: "x" }, onMachine(server, server.machine));
  return {
    bastion: bastion.machine.id,
    wiki: server.machine.id,
    address: bastion.address,
    hostKey: bastion.hostKey,
    onBastion: onBastion.fingerprint,
    onWiki: onWiki.fingerprint,
  };
};
