import { generateKeyPair } from "../../components/remote/ssh-keys";
import type { Registered } from "../components/recorded";
import type { TestApi } from "../sandbox/digitalocean/api";

/**
 * Makes what a program registered in a cloud on paper, resource by resource, as the provider would.
 * @throws for a type of resource that nobody knows here: it may cost something
 */
export async function layDown(api: TestApi, registered: readonly Registered[]): Promise<void> {
  const inCloud = registered.filter(({ type }) => type.startsWith("digitalocean:"));
  const ids = new Map<string, string>();
  for (const type of order) {
    for (const { inputs } of inCloud.filter((one) => one.type.endsWith(`:${type}`))) {
      const { path, body } = requests[type](snake(inputs), ids);
      const answer = await api.post(path, body);
      if (answer.status >= 300) throw new Error(`${path}: ${JSON.stringify(answer.body)}`);
      if (type === "Vpc") ids.set("vpc", answer.text("vpc", "id"));
      if (type === "Droplet") ids.set(String(inputs.name), String(answer.number("droplet", "id")));
      await api.cloud.settled();
    }
  }
  const unknown = inCloud.filter(({ type }) => !order.some((known) => type.endsWith(`:${known}`)));
  if (unknown.length > 0) throw new Error(`nobody knows what ${unknown.map(({ type }) => type).join(", ")} costs`);
}

const order = ["Vpc", "SshKey", "Tag", "Firewall", "Droplet", "ReservedIp", "Domain", "DnsRecord"] as const;

type Inputs = Readonly<Record<string, unknown>>;
type Ids = ReadonlyMap<string, string>;
type Make = (inputs: Inputs, ids: Ids) => { readonly path: string; readonly body: object };

const requests: Readonly<Record<(typeof order)[number], Make>> = {
  Vpc: (inputs) => ({ path: "/v2/vpcs", body: inputs }),
  // The mocks' keys are none.
  SshKey: ({ name }) => ({ path: "/v2/account/keys", body: { name, public_key: generateKeyPair("test").publicKey } }),
  Tag: (inputs) => ({ path: "/v2/tags", body: inputs }),
  Firewall: ({ name, tags, inbound_rules, outbound_rules }) => ({
    path: "/v2/firewalls",
    body: {
      name,
      tags,
      inbound_rules: rules(inbound_rules, "sources"),
      outbound_rules: rules(outbound_rules, "destinations"),
    },
  }),
  Droplet: ({ name, region, size, image, ipv6, tags, public_networking }, ids) => ({
    path: "/v2/droplets",
    body: { name, region, size, image, ipv6, tags, public_networking, vpc_uuid: ids.get("vpc") },
  }),
  ReservedIp: (_inputs, ids) => {
    const bastion = [...ids].find(([name]) => name.endsWith("-bastion"))?.[1];
    return { path: "/v2/reserved_ips", body: { droplet_id: Number(bastion) } };
  },
  Domain: ({ name }) => ({ path: "/v2/domains", body: { name } }),
  DnsRecord: ({ domain, name, type, value, ttl }) => ({
    path: `/v2/domains/${String(domain)}/records`,
    body: { name, type, data: value, ttl },
  }),
};

/** A provider's rules, as the API has them. */
function rules(list: unknown, side: "sources" | "destinations"): object[] {
  const one = side.slice(0, -1);
  return (list as Inputs[]).map(({ protocol, port_range, [`${one}_addresses`]: addresses, [`${one}_tags`]: tags }) => ({
    protocol,
    ports: port_range,
    [side]: { ...(addresses === undefined ? {} : { addresses }), ...(tags === undefined ? {} : { tags }) },
  }));
}

function snake(value: unknown): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(value as object).map(([key, inner]) => [
      key.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
      Array.isArray(inner)
        ? inner.map((one: unknown) => (typeof one === "object" && one !== null ? snake(one) : one))
        : inner,
    ]),
  );
}
