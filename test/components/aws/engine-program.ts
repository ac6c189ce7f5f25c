import "../../../programs/lean";

import * as aws from "@pulumi/aws";

import { BackupStore } from "../../../components/aws/backups";
import { Bastion } from "../../../components/aws/bastion";
import { Dns } from "../../../components/aws/dns";
import { debianImage } from "../../../components/aws/image";
import { availability } from "../../../components/aws/availability";
import { Network } from "../../../components/aws/network";
import { Server } from "../../../components/aws/server";
import { subnetRanges } from "../../../components/aws/subnets";
import { SshKeyPair } from "../../../components/dynamic/keys";
import { onMachine } from "../../../components/host/gateway";

/** A deployment without what needs a running machine: the program of `engine.test.ts`. */
export = () => {
  const identity = { project: "test", stack: "engine", deployment: "office" };
  const adminAccess = (process.env.DEPLOY4ME_ADMIN_ACCESS ?? "").split(",");
  const region = "eu-central-1";
  const networkRange = "10.20.0.0/24";
  const { ready, zones } = availability(region, [{ path: ["bastionSize"], size: "t3.micro", memoryMb: 512 }], {});
  const common = { identity, region, networkRange, owner: "tests" };
  const network = new Network("network", {
    ...common,
    ready,
    zones,
    subnets: subnetRanges(networkRange, 1),
    adminAccess,
    softwarePorts: [80, 8080],
    flowLogs: true,
  });
  const sshKey = new SshKeyPair("key", { comment: "office" });
  const record = new aws.ec2.KeyPair("key", { keyName: "office", publicKey: sshKey.publicKey, region });
  const backups = new BackupStore("backups", { ...common, network, ready: network.ready });
  network.groups.closeServers([backups.wayOut]);
  const machine = {
    ...common,
    network,
    size: "t3.micro",
    image: debianImage(region, ready, {}),
    adminKeys: [],
    sshKey,
    sshKeyRecord: record.keyName,
    ready: network.ready,
  };
  const bastion = new Bastion("bastion", { ...machine, adminAccess });
  const server = new Server("wiki", { ...machine, part: "wiki", instanceProfile: backups.instanceProfile });
  new Dns("dns", {
    ...common,
    domain: "example.com",
    subdomains: ["wiki", "blog"],
    ipv4: bastion.address,
    ipv6: bastion.ipv6Address,
    ready: network.ready,
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
    bucket: backups.bucket,
  };
};
