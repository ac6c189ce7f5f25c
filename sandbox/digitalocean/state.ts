import type { MachineFault } from "../hosts/hosts";

/**
 * What the cloud knows, as it is kept on the disk: plain data, one object per resource. Everything the API answers and
 * everything the machine room is told is derived from it.
 */
export interface CloudState {
  readonly version: 2;
  readonly account: {
    readonly uuid: string;
    readonly teamUuid: string;
    /** Absent: the name that the first team of an account has. */
    readonly teamName?: string;
    /** Where they are not the usual ones. */
    limits?: Partial<AccountLimits>;
  };
  /** The next number of each kind. Numbers are never used twice. */
  readonly next: { droplet: number; action: number; sshKey: number; record: number; image: number };
  /** The address given last from each pool, so that a freed one is not handed out again at once. */
  readonly lastAddress: Record<string, string>;
  sshKeys: SshKey[];
  droplets: Droplet[];
  actions: Action[];
  vpcs: Vpc[];
  reservedIps: ReservedIp[];
  reservedIpv6s: ReservedIpv6[];
  volumes: Volume[];
  /** Of droplets (backups are some of them) and of volumes. Those of droplets are images as well. */
  snapshots: Snapshot[];
  domains: Domain[];
  tags: string[];
  /** What got which tag, the latest last. Whether it still has it is said by the resource itself. */
  taggings?: Tagging[];
  /** Droplets that were destroyed together with other resources, or are being so: the latest of each droplet. */
  destructions?: Destruction[];
  firewalls: Firewall[];
  projects: Project[];
  /** What is or was to be paid for, the latest last. */
  usage?: UsageRecord[];
  alertPolicies?: AlertPolicy[];
  /** Which project a resource is in, by its URN. Those that are not here are in the default project. */
  projectOf: Record<string, { projectId: string; assignedAt: string }>;
}

/** How many of each the account may have. */
export interface AccountLimits {
  readonly droplets: number;
  readonly reservedIps: number;
  readonly volumes: number;
}

export interface SshKey {
  readonly id: number;
  name: string;
  readonly publicKey: string;
  /** MD5, in pairs of hexadecimal digits. */
  readonly fingerprint: string;
}

export interface Droplet {
  readonly id: number;
  name: string;
  /** The name it was created with: what the machine itself is called. */
  hostname: string;
  readonly region: string;
  size: string;
  /** Gigabytes: grows with a resize only when that says so. */
  disk: number;
  /** The slug of a public image, or the number of a snapshot, as text. */
  image: string;
  readonly vpcId: string;
  readonly publicIpv4?: string;
  ipv6?: string;
  readonly privateIpv4: string;
  tags: string[];
  features: string[];
  readonly sshKeys: string[];
  readonly userData: string;
  readonly createdAt: string;
  /** Whether the machine room has made its machine. */
  made: boolean;
  /** What it should be. A machine that halts by itself is off although it should be on. */
  power: "on" | "off";
  /** Absent where no backups are made. */
  backups?: DropletBackups;
  /** What its machine is made with, until it is made: see sandbox/faults. */
  machineFault?: MachineFault;
}

export interface DropletBackups {
  policy: BackupPolicy;
  /** When the window begins in which the next backup is made. */
  nextWindow: string;
}

export interface BackupPolicy {
  readonly plan: "daily" | "weekly";
  /** Of a weekly plan. */
  readonly weekday?: Weekday;
  /** The hour of the day, in UTC, at which the window begins. */
  readonly hour: number;
}

export const weekdays = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"] as const;
export type Weekday = (typeof weekdays)[number];

export interface Action {
  readonly id: number;
  status: "in-progress" | "completed" | "errored";
  readonly type: string;
  readonly startedAt: string;
  completedAt?: string;
  readonly region: string;
  readonly target: ActionTarget;
  /** What the request gave beside the type. */
  readonly input: ActionInput;
}

export type ActionTarget =
  | { readonly kind: "droplet"; readonly dropletId: number }
  | { readonly kind: "reserved_ip"; readonly ip: string }
  | { readonly kind: "reserved_ipv6"; readonly ip: string }
  | { readonly kind: "volume"; readonly volumeId: string }
  | { readonly kind: "image"; readonly imageId: number };

export interface ActionInput {
  readonly name?: string;
  readonly size?: string;
  readonly disk?: boolean;
  readonly image?: string;
  readonly dropletId?: number;
  readonly sizeGb?: number;
  readonly snapshotId?: string;
  readonly region?: string;
  readonly backupPolicy?: BackupPolicy;
}

export interface Vpc {
  readonly id: string;
  name: string;
  description: string;
  readonly region: string;
  readonly ipRange: string;
  readonly createdAt: string;
  default: boolean;
}

export interface ReservedIp {
  readonly ip: string;
  readonly region: string;
  dropletId?: number;
}

/** IPv6 is reserved in a region, and assigned later. */
export interface ReservedIpv6 {
  readonly ip: string;
  readonly region: string;
  readonly createdAt: string;
  dropletId?: number;
}

/** A block device. */
export interface Volume {
  /** UUID. */
  readonly id: string;
  readonly name: string;
  description: string;
  sizeGb: number;
  readonly region: string;
  /** What it was made with; the volume may have been formatted anew since. */
  readonly filesystemType: "" | "ext4" | "xfs";
  readonly filesystemLabel: string;
  tags: string[];
  dropletId?: number;
  readonly createdAt: string;
}

export interface Snapshot {
  /** A number, as text, when it is of a droplet; a UUID when it is of a volume. */
  readonly id: string;
  name: string;
  readonly resourceType: "droplet" | "volume";
  readonly resourceId: string;
  /** Of droplets: whether somebody asked for it or the backup plan made it. A backup can be made a snapshot. */
  kind: "snapshot" | "backup";
  regions: string[];
  readonly minDiskGb: number;
  sizeGb: number;
  tags: string[];
  readonly createdAt: string;
  /** Of droplets: the slug of the public image that lies below. */
  readonly baseImage?: string;
  /** Of volumes: what the volume was made with. */
  readonly filesystem?: Pick<Volume, "filesystemType" | "filesystemLabel">;
  /** Of backups: when they are removed. */
  expiresAt?: string;
  /** Whether the machine room has made it. */
  made: boolean;
  /** Gone, and remembered only because droplets that were made from it show it. */
  deleted?: true;
}

export interface Tagging {
  readonly tag: string;
  readonly kind: string;
  readonly id: string;
}

/** A droplet and what goes with it. */
export interface Destruction {
  readonly dropletId: number;
  readonly dropletName: string;
  resources: DestructionItem[];
  destroyedAt?: string;
  error?: string;
  completedAt?: string;
}

export interface DestructionItem {
  readonly kind: "reserved_ip" | "snapshot" | "volume" | "volume_snapshot";
  /** An address, or what the API knows it by. */
  readonly id: string;
  readonly name: string;
  destroyedAt?: string;
  error?: string;
}

export interface Domain {
  readonly name: string;
  readonly ttl: number;
  /** Grows with every change of the zone. */
  serial: number;
  records: DomainRecord[];
}

export const recordTypes = ["A", "AAAA", "CAA", "CNAME", "MX", "NS", "SOA", "SRV", "TXT"] as const;
export type RecordType = (typeof recordTypes)[number];

export interface DomainRecord {
  readonly id: number;
  readonly type: RecordType;
  /** Relative to the domain; `@` for itself. */
  name: string;
  data: string;
  ttl: number;
  priority?: number;
  port?: number;
  weight?: number;
  flags?: number;
  tag?: string;
}

export interface Firewall {
  readonly id: string;
  name: string;
  readonly createdAt: string;
  inbound: FirewallRule[];
  outbound: FirewallRule[];
  dropletIds: number[];
  tags: string[];
}

export interface FirewallRule {
  readonly protocol: "tcp" | "udp" | "icmp";
  /** `22`, `8000-9000`, or `0` for all. */
  readonly ports: string;
  readonly peers: {
    readonly addresses?: readonly string[];
    readonly dropletIds?: readonly number[];
    readonly tags?: readonly string[];
  };
}

export interface Project {
  readonly id: string;
  name: string;
  description: string;
  purpose: string;
  environment: string;
  isDefault: boolean;
  readonly createdAt: string;
  updatedAt: string;
}

/** Something that costs by the time that it is there. */
export interface UsageRecord {
  readonly product: "Droplets" | "Backups" | "Volumes" | "Snapshots" | "Reserved IPs";
  /** What the API knows the resource by. */
  readonly resourceId: string;
  readonly description: string;
  /** US dollars: no month costs more. */
  readonly monthly: number;
  /** US dollars. */
  readonly hourly: number;
  /** The name of the resource's project; empty when it is in none. */
  readonly project: string;
  readonly from: string;
  /** Absent while it is there. */
  until?: string;
}

/** When somebody wants to be told of a droplet. Kept, but nobody is ever told: the sandbox sends no mail. */
export interface AlertPolicy {
  readonly uuid: string;
  readonly type: string;
  readonly description: string;
  readonly compare: "GreaterThan" | "LessThan";
  readonly value: number;
  readonly window: "5m" | "10m" | "30m" | "1h";
  readonly entities: readonly string[];
  readonly tags: readonly string[];
  readonly emails: readonly string[];
  readonly slack: readonly { readonly channel: string; readonly url: string }[];
  readonly enabled: boolean;
}

/** A point in time as the API writes it: to the second. */
export function timestamp(at: Date): string {
  return at.toISOString().replace(/\.\d+Z$/, "Z");
}
