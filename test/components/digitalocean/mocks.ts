import * as pulumi from "@pulumi/pulumi";

import { machineOutputs, type Outputs, record, type Registered } from "../recorded";

/** Sizes and regions of the cloud that the mocks play. */
export const cloud = {
  regions: [
    { slug: "fra1", available: true },
    { slug: "nyc2", available: false },
  ],
  sizes: [
    { slug: "s-1vcpu-512mb-10gb", memory: 512, available: true, regions: ["fra1"] },
    { slug: "s-1vcpu-1gb", memory: 1024, available: true, regions: ["fra1", "nyc2"] },
    { slug: "s-1vcpu-2gb", memory: 2048, available: true, regions: ["ams3"] },
  ],
};

/**
 * Plays engine and cloud. Records every resource; a type or a function that is not listed here is an error, so that
 * nothing is made without a test's knowledge.
 */
export function playCloud(options: { readonly bastionThere?: boolean } = {}): Registered[] {
  const registered: Registered[] = [];
  void pulumi.runtime.setMocks(
    {
      newResource: ({ type, name, inputs }) => {
        if (type.startsWith("deploy4me:")) return { id: undefined, state: {} };
        const outputs = outputsOf[type];
        if (!outputs) throw new Error(`nobody expects a resource of type ${type}`);
        return { id: idOf(type, name), state: { ...(inputs as object), ...outputs(name) } };
      },
      call: ({ token }) => {
        if (token === "digitalocean:index/getSizes:getSizes") return { sizes: cloud.sizes };
        if (token === "digitalocean:index/getRegions:getRegions") return { regions: cloud.regions };
        if (token === "digitalocean:index/getDroplets:getDroplets")
          return { droplets: options.bastionThere ? [{ id: 1 }] : [] };
        throw new Error(`nobody expects a call of ${token}`);
      },
    },
    "deploy4me",
    "sandbox",
    false,
  );
  record(registered);
  return registered;
}

const outputsOf: Outputs = {
  "pulumi:providers:digitalocean": () => ({}),
  "pulumi-nodejs:dynamic/deploy4me:ConnectionCheck": () => ({}),
  "digitalocean:index/sshKey:SshKey": () => ({ fingerprint: "aa:bb" }),
  "digitalocean:index/vpc:Vpc": () => ({}),
  "digitalocean:index/tag:Tag": () => ({}),
  "digitalocean:index/firewall:Firewall": () => ({}),
  "digitalocean:index/droplet:Droplet": (name) => ({
    ipv4AddressPrivate: name.includes("bastion") ? "10.20.0.2" : "10.20.0.3",
    ipv6Address: name.includes("bastion") ? "2001:db8::2" : "",
  }),
  "digitalocean:index/reservedIp:ReservedIp": () => ({ ipAddress: "203.0.113.20" }),
  "digitalocean:index/domain:Domain": () => ({}),
  "digitalocean:index/dnsRecord:DnsRecord": () => ({}),
  ...machineOutputs,
};

function idOf(type: string, name: string): string {
  return type.endsWith(":Droplet") ? (name.includes("bastion") ? "101" : "102") : `${name}-id`;
}
