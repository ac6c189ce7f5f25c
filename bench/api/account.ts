import type { Cloud } from "../../sandbox/digitalocean/cloud";
import { accountLimits } from "../../sandbox/digitalocean/models/account";
import { createDomain } from "../../sandbox/digitalocean/models/domains";
import { createDroplets } from "../../sandbox/digitalocean/models/droplets";
import { createFirewall } from "../../sandbox/digitalocean/models/firewalls";

const dropletCount = 200;
const domainCount = 50;

/** An account of some size: droplets with tags behind a firewall, the actions that made them, domains. */
export async function fill(cloud: Cloud): Promise<void> {
  await cloud.change(({ account }) => {
    account.limits = { ...accountLimits, droplets: dropletCount };
  });
  for (let done = 0; done < dropletCount; done += 10) {
    const names = Array.from({ length: 10 }, (_, at) => `machine-${done + at}.bench.example`);
    const input = {
      region: "fra1",
      size: "s-1vcpu-1gb",
      image: "debian-13-x64",
      ipv6: true,
      tags: ["bench", `rack:${done / 10}`],
    };
    await cloud.change((draft, context) => createDroplets(draft, names, input, context));
  }
  await cloud.settled();
  await cloud.change((draft, { now }) => {
    const anybody = { protocol: "tcp" as const, ports: "443", sources: { addresses: ["0.0.0.0/0"] } };
    createFirewall(draft, { name: "outer", tags: ["bench"], inbound_rules: [anybody] }, now);
    for (let at = 0; at < domainCount; at++)
      createDomain(draft, { name: `shop-${at}.example`, ip_address: "203.0.113.9" }, now);
  });
}
