import { isSecret } from "../events/changes";

type Properties = Readonly<Record<string, unknown>>;

/** What a resource in the cloud is to its API. */
export interface Kind {
  /** By what request the provider makes it, as far as its marks go. */
  readonly request: (inputs: Properties) => { readonly path: string; readonly body: object };
  /** Where it is. */
  readonly location: (id: string, properties: Properties) => string;
  /** Whether it comes about by and by: it has to be `active` before anybody works with it. */
  readonly isActive?: (item: object) => boolean;
}

const collection = (path: string, more: Partial<Kind> = {}): Kind => ({
  request: (inputs) => ({ path, body: snake(inputs) }),
  location: (id) => `${path}/${id}`,
  ...more,
});

const records = ({ domain }: Properties): string => `/v2/domains/${encodeURIComponent(text(domain))}/records`;

/**
 * The types of Pulumi's DigitalOcean package that are found again when the operation that made them died: those that our components
 * make, and volumes and projects. How their requests are recognised is in `guard/recognition`.
 */
export const kinds: Readonly<Record<string, Kind>> = {
  "digitalocean:index/droplet:Droplet": collection("/v2/droplets", {
    isActive: (item) => !("status" in item) || item.status !== "new",
  }),
  "digitalocean:index/sshKey:SshKey": collection("/v2/account/keys"),
  "digitalocean:index/vpc:Vpc": collection("/v2/vpcs"),
  "digitalocean:index/firewall:Firewall": collection("/v2/firewalls"),
  "digitalocean:index/tag:Tag": collection("/v2/tags"),
  "digitalocean:index/domain:Domain": collection("/v2/domains"),
  "digitalocean:index/project:Project": collection("/v2/projects"),
  "digitalocean:index/volume:Volume": {
    request: ({ size, ...inputs }) => ({ path: "/v2/volumes", body: { ...snake(inputs), size_gigabytes: size } }),
    location: (id) => `/v2/volumes/${id}`,
  },
  "digitalocean:index/reservedIp:ReservedIp": collection("/v2/reserved_ips", {
    // The provider reserves it first, and assigns it then: whether it got to that is seen in what is found.
    request: ({ region }) => ({ path: "/v2/reserved_ips", body: { region } }),
  }),
  "digitalocean:index/dnsRecord:DnsRecord": {
    request: ({ value, domain, ...inputs }) => ({
      path: records({ domain }),
      body: { ...snake(inputs), data: value },
    }),
    location: (id, properties) => `${decodeURIComponent(records(properties))}/${id}`,
  },
};

/**
 * What can be done once more without harm when nobody knows how far it came: keys, passwords and the like are only in the state; rules,
 * software and scripts bring a machine to where it shall be, wherever it was; providers and components are nothing outside.
 */
export const repeatable: readonly RegExp[] = [
  /^pulumi-nodejs:dynamic\/deploy4me:/,
  /^command:/,
  /^pulumi:providers:/,
  /^pulumi:pulumi:/,
  /^deploy4me:/,
];

function snake(inputs: Properties): Record<string, unknown> {
  const entries = Object.entries(inputs).filter(([name, value]) => !name.startsWith("__") && !isSecret(value));
  return Object.fromEntries(
    entries.map(([name, value]) => [name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`), value]),
  );
}

function text(value: unknown): string {
  return typeof value === "string" ? value : "";
}
