import * as pulumi from "@pulumi/pulumi";
import { getMonitor } from "@pulumi/pulumi/runtime";

/** One resource as the engine would have been asked for it. */
export interface Registered {
  readonly type: string;
  readonly name: string;
  readonly inputs: Readonly<Record<string, unknown>>;
  readonly parent: string;
  readonly deletedWith: string;
  readonly replaceWith: readonly string[];
  readonly ignoreChanges: readonly string[];
  readonly dependencies: readonly string[];
  readonly hasReplacementTrigger: boolean;
  /** Undefined when the provider decides. */
  readonly deleteBeforeReplace: boolean | undefined;
}

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

/** What has to be waited for after the components were made: every registration that is under way. */
export async function settled(): Promise<void> {
  for (let quiet = 0; quiet < 20; quiet++) await new Promise((resolve) => setImmediate(resolve));
  await new Promise((resolve) => setTimeout(resolve, 50));
}

const outputsOf: Readonly<Record<string, (name: string) => object>> = {
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
  "command:remote:Command": () => ({ stdout: "", stderr: "" }),
  "pulumi-nodejs:dynamic/deploy4me:SshKeyPair": (name) => ({
    publicKey: `ssh-ed25519 ${name}`,
    privateKey: pulumi.secret(`private key of ${name}`),
    fingerprint: "SHA256:x",
  }),
  "pulumi-nodejs:dynamic/deploy4me:Presence": () => ({ generation: 1 }),
  "pulumi-nodejs:dynamic/deploy4me:Password": () => ({ value: pulumi.secret("generated password") }),
  "pulumi-nodejs:dynamic/deploy4me:CertificateAuthority": () => ({
    certificate: "certificate of the authority",
    privateKey: pulumi.secret("private key of the authority"),
    notAfter: "2036-01-01T00:00:00Z",
  }),
  "pulumi-nodejs:dynamic/deploy4me:HostFirewall": () => ({}),
  "pulumi-nodejs:dynamic/deploy4me:SoftwareInstallation": () => ({ version: "1.0", health: "healthy" }),
};

function idOf(type: string, name: string): string {
  return type.endsWith(":Droplet") ? (name.includes("bastion") ? "101" : "102") : `${name}-id`;
}

/** What `setMocks` does not hand on: parents and options, taken from the request itself. */
function record(registered: Registered[]): void {
  const monitor = getMonitor() as unknown as { registerResource: (request: Request, done: unknown) => Promise<void> };
  const register = monitor.registerResource.bind(monitor);
  monitor.registerResource = async (request, done) => {
    const inputs = request.getObject().toJavaScript();
    delete inputs.__provider;
    registered.push({
      type: request.getType(),
      name: request.getName(),
      inputs,
      parent: nameIn(request.getParent()),
      deletedWith: nameIn(request.getDeletedwith()),
      replaceWith: request.getReplaceWithList().map(nameIn),
      ignoreChanges: request.getIgnorechangesList(),
      dependencies: request.getDependenciesList().map(nameIn),
      hasReplacementTrigger: request.getReplacementTrigger() !== undefined,
      deleteBeforeReplace: request.getDeletebeforereplacedefined() ? request.getDeletebeforereplace() : undefined,
    });
    await register(request, done);
  };
}

interface Request {
  getType(): string;
  getName(): string;
  getObject(): { toJavaScript(): Record<string, unknown> };
  getParent(): string;
  getDeletedwith(): string;
  getReplaceWithList(): string[];
  getIgnorechangesList(): string[];
  getDependenciesList(): string[];
  getReplacementTrigger(): unknown;
  getDeletebeforereplacedefined(): boolean;
  getDeletebeforereplace(): boolean;
}

/** A URN ends with the resource's name. */
function nameIn(urn: string): string {
  return urn.split("::").at(-1) ?? "";
}
