import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { z } from "zod";

/** Where a sandbox's daemon and those who talk to it find each other. All of it lies in the sandbox's directory. */
export interface DaemonFiles {
  readonly directory: string;
  /** The token that the API takes. Its owner's alone. */
  readonly token: string;
  /** The port, which stays the same from one start to the next: stacks remember where their cloud is. */
  readonly port: string;
  /** What runs now: there from the daemon's start until it has ended in order. */
  readonly record: string;
  readonly log: string;
  /** The Unix socket on which the sandbox itself is administered. Its owner's alone. */
  readonly admin: string;
  /** The time, while the sandbox's clock stands still. */
  readonly clock: string;
  /** The port of the API over TLS, which stays the same as well. */
  readonly tlsPort: string;
  /** The certificate of the authority that the API's own is signed by, for clients that speak TLS. */
  readonly ca: string;
  /** The authority's key. Its owner's alone. */
  readonly caKey: string;
  /** What the API's answers were like, where they are held against the original's description. */
  readonly contract: string;
  /** Mails to the account's owner. New passwords come that way. */
  readonly mail: string;
  /** What the authorization server keeps: tokens, applications, and these once more with their secrets. */
  readonly oauth: string;
  /** What the API of the account's second team keeps, which has nothing. */
  readonly emptyTeam: string;
  /** What the API and the machine room keep. */
  readonly cloud: string;
  readonly room: string;
  /** What AWS keeps here: its port and its settings; nothing of the account, which is empty at every start. */
  readonly aws: string;
  /** AWS's own machine room, with networks of its own. */
  readonly awsRoom: string;
}

export function daemonFiles(directory: string): DaemonFiles {
  return {
    directory,
    token: join(directory, "token"),
    port: join(directory, "port"),
    record: join(directory, "daemon.json"),
    log: join(directory, "daemon.log"),
    admin: join(directory, "admin.sock"),
    clock: join(directory, "clock"),
    tlsPort: join(directory, "tls-port"),
    ca: join(directory, "ca.pem"),
    caKey: join(directory, "ca.key"),
    contract: join(directory, "contract"),
    mail: join(directory, "mail"),
    oauth: join(directory, "oauth"),
    emptyTeam: join(directory, "empty-team"),
    cloud: join(directory, "cloud"),
    room: join(directory, "room"),
    aws: join(directory, "aws"),
    awsRoom: join(directory, "aws-room"),
  };
}

const rangesSchema = z.object({
  public: z.array(z.string()).readonly(),
  reserved: z.array(z.string()).readonly(),
  ipv6: z.array(z.string()).readonly(),
  reservedIpv6: z.array(z.string()).readonly(),
  deployer: z.object({ ipv4: z.string() }),
  visitor: z.object({ ipv4: z.string(), ipv6: z.string(), namespace: z.string() }),
});

const recordSchema = z.object({
  pid: z.number(),
  /** The kernel's start time of the process, which tells it from a later one with the same number. */
  started: z.string(),
  /** Absent until the API answers. */
  ready: z
    .object({
      apiUrl: z.string(),
      /** The same API over TLS, with a certificate that the sandbox's own authority signed. */
      tlsUrl: z.string(),
      /** That authority's certificate (PEM). */
      caFile: z.string(),
      ranges: rangesSchema,
      /** AWS, where it was asked for. */
      aws: z.object({ endpointUrl: z.string(), ranges: rangesSchema }).optional(),
    })
    .optional(),
});

/** What a daemon says of itself. */
export type DaemonRecord = z.infer<typeof recordSchema>;

/** @returns undefined when no daemon was started, or it ended in order */
export function readRecord({ record }: DaemonFiles): DaemonRecord | undefined {
  if (!existsSync(record)) return undefined;
  try {
    return recordSchema.parse(JSON.parse(readFileSync(record, "utf8")));
  } catch {
    // Cut off by a power failure: whoever wrote it is gone.
    return { pid: 0, started: "" };
  }
}

export function writeRecord({ record }: DaemonFiles, content: DaemonRecord): void {
  const temporary = `${record}.new`;
  writeFileSync(temporary, `${JSON.stringify(content)}\n`, { mode: 0o600 });
  renameSync(temporary, record);
}

export function removeRecord({ record }: DaemonFiles): void {
  rmSync(record, { force: true });
}

/** Whether the daemon that wrote a record still lives. */
export function isAlive({ pid, started }: Pick<DaemonRecord, "pid" | "started">): boolean {
  return pid > 0 && startTime(pid) === started;
}

/** When a process was started, in the kernel's ticks since boot; undefined when there is none, or only its remains. */
export function startTime(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    // The program's name is in brackets and may hold spaces and brackets itself.
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return fields[0] === "Z" ? undefined : fields[19];
  } catch {
    return undefined;
  }
}

/** The token, made at the first start. */
export function ensureToken({ directory, token }: DaemonFiles): string {
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  if (!existsSync(token))
    writeFileSync(token, `dop_v1_${randomBytes(32).toString("hex")}\n`, { mode: 0o600, flag: "wx" });
  return readFileSync(token, "utf8").trim();
}
