import { z } from "zod";

/** Rules are handed back as they came. */
const rule = z.looseObject({ protocol: z.string(), ports: z.string().optional() });
const firewall = z.looseObject({
  id: z.string(),
  name: z.string(),
  tags: z.array(z.string()).nullish(),
  droplet_ids: z.array(z.number()).nullish(),
  inbound_rules: z.array(rule),
  outbound_rules: z.array(rule),
});
export type Firewall = z.infer<typeof firewall>;

export const firewallsSchema = z.object({ firewalls: z.array(firewall) });

const everybody = { addresses: ["0.0.0.0/0", "::/0"] };

/** Both ways, everything: a cloud firewall that filters nothing. */
export function admitsEverything(one: Firewall): Firewall {
  const rules = (side: "sources" | "destinations") => [
    { protocol: "tcp", ports: "all", [side]: everybody },
    { protocol: "udp", ports: "all", [side]: everybody },
    { protocol: "icmp", [side]: everybody },
  ];
  return { ...one, inbound_rules: rules("sources"), outbound_rules: rules("destinations") };
}

export function withPort(one: Firewall, port: number): Firewall {
  const added = { protocol: "tcp", ports: String(port), sources: everybody };
  return { ...one, inbound_rules: [...one.inbound_rules, added] };
}

export function admitsPort({ inbound_rules: rules }: Firewall, port: number): boolean {
  return rules.some(({ protocol, ports }) => protocol === "tcp" && ports === String(port));
}
