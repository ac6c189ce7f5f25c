/**
 * What the sandbox's cloud API asks of the machine room: machines, networks, filters, addresses and names. The room
 * knows nothing of droplets, tags or projects; the API resolves those to what stands here.
 *
 * Everything with `set` is declarative and idempotent: it states all there is, and the room makes it so.
 */
export interface Hosts {
  /** The address ranges this sandbox has to itself on this machine. */
  readonly ranges: SandboxRanges;

  /** All private networks. A network that still has machines must not be left out. */
  setNetworks(networks: readonly PrivateNetwork[]): Promise<void>;
  /** The cloud firewalls' rules of every machine that has any; machines that are not named are not filtered. */
  setFilters(filters: readonly MachineFilter[]): Promise<void>;
  /** All reserved addresses and where they lead. Flows of an address that moved are cut. */
  setReservedAddresses(addresses: readonly ReservedAddress[]): Promise<void>;
  /** All zones that the sandbox's resolver answers for; other names are asked of this machine's resolver. */
  setZones(zones: readonly Zone[]): Promise<void>;

  /** Makes a machine's disk from the image and boots it. Its filters have to be set before. */
  create(machine: MachineSpec): Promise<void>;
  /** Boots a machine that is off: in a fresh network namespace, from its own disk. */
  powerOn(id: number): Promise<void>;
  /** Pulls the plug. */
  powerOff(id: number): Promise<void>;
  /** Asks the machine to shut down, and pulls the plug when it does not within `graceMs` (default: 30 s). */
  shutdown(id: number, graceMs?: number): Promise<void>;
  reboot(id: number): Promise<void>;
  /** Throws the disk away and boots anew from the image, as at the first boot. */
  rebuild(machine: MachineSpec): Promise<void>;
  /** Sets new limits; the machine has to be off. */
  resize(id: number, limits: MachineLimits): Promise<void>;
  /** Removes the machine with everything that belongs to it. No error when there is none. */
  destroy(id: number): Promise<void>;
  /** What runs now, as the room sees it: a machine that halted by itself is off. */
  status(id: number): "active" | "off" | "absent";

  /** Powers everything off and removes every process, namespace, mount, link and cgroup; disks stay. */
  close(): Promise<void>;
}

export interface MachineLimits {
  readonly memoryMb: number;
  readonly vcpus: number;
}

export interface MachineSpec extends MachineLimits {
  /** A number the cloud never uses twice. */
  readonly id: number;
  readonly hostname: string;
  /** Slug of the region, for the metadata service. */
  readonly region: string;
  /** cloud-init user data, or empty. */
  readonly userData: string;
  /** OpenSSH public keys for root. */
  readonly sshKeys: readonly string[];
  /** Absent when the machine has no public interface. */
  readonly public?: { readonly ipv4: string; readonly ipv6?: string };
  readonly private: { readonly networkId: string; readonly ipv4: string };
  readonly tags: readonly string[];
}

export interface PrivateNetwork {
  readonly id: string;
  /** CIDR; its first address is the network's gateway. Networks of one sandbox don't overlap. */
  readonly range: string;
}

/** With a filter, a machine gets and sends only what a rule admits, and answers to it; without rules, nothing. */
export interface MachineFilter {
  readonly machineId: number;
  readonly inbound: readonly FilterRule[];
  readonly outbound: readonly FilterRule[];
}

export interface FilterRule {
  readonly protocol: "tcp" | "udp" | "icmp";
  /** `22`, `8000-9000`, or `all`. Nothing for ICMP. */
  readonly ports?: string;
  /** The other side: ranges or addresses of both families. */
  readonly peers: readonly string[];
}

export interface ReservedAddress {
  readonly address: string;
  readonly machineId?: number;
}

export interface Zone {
  readonly name: string;
  readonly records: readonly ZoneRecord[];
}

export interface ZoneRecord {
  readonly type: "A" | "AAAA" | "CNAME" | "MX" | "TXT" | "SRV" | "NS" | "CAA" | "SOA";
  /** Relative to the zone; `@` is the zone itself, `*` a wildcard. */
  readonly name: string;
  /** As the cloud's API has it (`data`). */
  readonly data: string;
  readonly ttl: number;
  readonly priority?: number;
  readonly port?: number;
  readonly weight?: number;
  readonly flags?: number;
  readonly tag?: string;
}

/** Documentation ranges (RFC 5737, RFC 3849), so that nothing here can be mistaken for anybody's address. */
export interface SandboxRanges {
  /** From which machines get their public addresses. */
  readonly public: readonly string[];
  /** From which reserved addresses are given. */
  readonly reserved: readonly string[];
  /** From which machines get their IPv6 addresses. */
  readonly ipv6: readonly string[];
  /** This machine towards the sandbox, where `pulumi up` comes from. */
  readonly deployer: { readonly ipv4: string };
  /** The namespace that plays the outside world. */
  readonly visitor: { readonly ipv4: string; readonly ipv6: string; readonly namespace: string };
}
