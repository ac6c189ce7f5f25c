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
  /** What EC2's metadata service tells machines that are instances of EC2; other machines are told what a droplet is. */
  setInstanceMetadata(instances: readonly InstanceMetadata[]): Promise<void>;

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
  /**
   * Sets root's password on the disk of a machine, which has to be off.
   * @param password Nothing of it is kept but the hash on the machine's disk.
   */
  resetPassword(id: number, password: string): Promise<void>;
  /** What a machine uses now, and has used since it was switched on. All zeros where a machine that is off has nothing. */
  usage(id: number): Promise<MachineUsage>;

  /** Makes a volume. When there is one with this id already, it is made anew. */
  createVolume(volume: VolumeSpec): Promise<void>;
  /**
   * Puts a volume into a machine, on or off: as `/dev/disk/by-id/scsi-0DO_Volume_<name>`, at once and after each of its
   * boots, until it is detached. No error when it is there already.
   */
  attachVolume(id: string, machineId: number, name: string): Promise<void>;
  /** Takes a volume out of its machine, as one pulls a disk: whatever writes to it fails. No error when it is in none. */
  detachVolume(id: string): Promise<void>;
  /** Makes a volume larger; an attached one grows before the machine's eyes, its file system is the machine's own business. */
  resizeVolume(id: string, sizeGb: number): Promise<void>;
  /** Removes a volume with its content, and takes it out of its machine before. No error when there is none. */
  destroyVolume(id: string): Promise<void>;
  /** Keeps what is on a volume now, attached or not, as after a loss of power. */
  snapshotVolume(id: string, snapshotId: string): Promise<SnapshotSize>;
  /** Keeps what is on a machine's disk now, as after a loss of power when it is on. */
  snapshotMachine(id: number, snapshotId: string): Promise<SnapshotSize>;
  /** Removes a snapshot of a volume or a machine. What was made from it stays. No error when there is none. */
  destroySnapshot(snapshotId: string): Promise<void>;

  /** Powers everything off and removes every process, namespace, mount, link and cgroup; disks stay. */
  close(): Promise<void>;
}

export interface MachineLimits {
  readonly memoryMb: number;
  readonly vcpus: number;
  /** What {@link MachineUsage.disk} measures the disk's content by. Default: 25. */
  readonly diskGb?: number;
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
  /** A machine snapshot's id, whose disk this machine starts from. Absent: the public image. */
  readonly image?: string;
  /** What is to be wrong with it. Absent: nothing. */
  readonly fault?: MachineFault;
}

/**
 * - `never-boots`: it is on, but gets nowhere: nothing ever answers.
 * - `wrong-host-key`: its SSH server has another key than its user data gave it, from the first second.
 * - `disk-full`: within seconds after a boot, its disk has no byte left for it.
 */
export type MachineFault = "never-boots" | "wrong-host-key" | "disk-full";

export interface VolumeSpec {
  /** UUID. */
  readonly id: string;
  readonly sizeGb: number;
  /** What it is formatted with. Default: nothing. Of no effect with `from`. */
  readonly filesystem?: "ext4" | "xfs";
  /** The file system's label: at most 16 characters for ext4, 12 for xfs. */
  readonly label?: string;
  /** A volume snapshot's id, whose content it starts with. */
  readonly from?: string;
}

export interface SnapshotSize {
  /** What it takes of this machine's disk. */
  readonly bytes: number;
}

/** What a machine uses. Counters start at zero whenever it is switched on or rebooted. */
export interface MachineUsage {
  readonly cpuSeconds: { readonly user: number; readonly system: number };
  /** `used` includes `cached`: what is in memory only because it may be read again. */
  readonly memoryBytes: { readonly total: number; readonly used: number; readonly cached: number };
  /** Averages over 1, 5 and 15 minutes of how many of its processes wanted a processor. */
  readonly load: readonly [number, number, number];
  /** As the machine sees it. */
  readonly publicBytes: Traffic;
  readonly privateBytes: Traffic;
  readonly disk: { readonly sizeBytes: number; readonly freeBytes: number };
}

export interface Traffic {
  readonly in: number;
  readonly out: number;
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
  /**
   * IPv4 is translated to the machine's anchor address. IPv6 is routed to the machine as it is: as in the original, the
   * machine has to put it onto an interface of its own, and has to have an IPv6 address already.
   */
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

/** EC2's metadata service, as one machine finds it. */
export interface InstanceMetadata {
  readonly machineId: number;
  /** Switched off, it refuses everything. */
  readonly isOn: boolean;
  /** Whether it refuses who brings no session token (IMDSv2 alone). */
  readonly tokensRequired: boolean;
  /** How many hops an answer may go; 1 reaches the machine, and nothing behind it. Of effect where tokens are required. */
  readonly hopLimit: number;
  /** What is at `/latest/`. */
  readonly content: MetadataFolder;
}

/** Texts and further folders, by name. */
export interface MetadataFolder {
  readonly [name: string]: string | MetadataFolder;
}

/** Documentation ranges (RFC 5737, RFC 3849), so that nothing here can be mistaken for anybody's address. */
export interface SandboxRanges {
  /** From which machines get their public addresses. */
  readonly public: readonly string[];
  /** From which reserved addresses are given. */
  readonly reserved: readonly string[];
  /** From which machines get their IPv6 addresses. */
  readonly ipv6: readonly string[];
  /** From which reserved IPv6 addresses are given. */
  readonly reservedIpv6: readonly string[];
  /** This machine towards the sandbox, where `pulumi up` comes from. */
  readonly deployer: { readonly ipv4: string };
  /** The namespace that plays the outside world. */
  readonly visitor: { readonly ipv4: string; readonly ipv6: string; readonly namespace: string };
}
