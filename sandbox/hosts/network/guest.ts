import { stringify } from "yaml";

import type { MachineSpec, PrivateNetwork } from "../hosts";
import { anchorRange, gatewayOf, linkLocalGateway, metadataAddress, portsOf, prefixOf } from "./addresses";
import type { Layout, Port } from "./addresses";

/**
 * cloud-init's network configuration, version 2, by which a machine raises its interfaces. A machine without a public
 * interface gets no default route and no resolver, only the way to the metadata service.
 */
export function networkConfig(layout: Layout, network: PrivateNetwork, machine: MachineSpec): string {
  const { public: outer, private: inner } = portsOf(layout, machine);
  const [publicRange = ""] = layout.ranges.public;
  const ethernets: Record<string, object> = {};
  if (outer !== undefined) {
    const [own = "", anchor = ""] = outer.ipv4;
    ethernets[outer.inside] = {
      ...matching(outer),
      addresses: [
        `${own}/${prefixOf(publicRange)}`,
        `${anchor}/${prefixOf(anchorRange)}`,
        // Each machine is alone on its link, so its IPv6 neighbours are behind the gateway.
        ...outer.ipv6.map((address) => `${address}/128`),
      ],
      routes: [
        { to: "0.0.0.0/0", via: layout.gateway.ipv4 },
        ...(outer.ipv6.length === 0 ? [] : [{ to: "::/0", via: linkLocalGateway }]),
      ],
      nameservers: { addresses: [layout.gateway.ipv4] },
    };
  }
  ethernets[inner.inside] = {
    ...matching(inner),
    addresses: inner.ipv4.map((address) => `${address}/${prefixOf(network.range)}`),
    ...(outer === undefined && { routes: [{ to: `${metadataAddress}/32`, via: gatewayOf(network.range) }] }),
  };
  // Quoted, because YAML 1.1 takes some addresses for numbers.
  return stringify({ version: 2, ethernets }, { defaultStringType: "QUOTE_DOUBLE", defaultKeyType: "PLAIN" });
}

function matching({ mac, inside }: Port): object {
  return { match: { macaddress: mac }, "set-name": inside, dhcp4: false, dhcp6: false, "accept-ra": false };
}
