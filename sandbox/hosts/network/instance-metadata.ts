import { randomBytes } from "node:crypto";
import type { IncomingHttpHeaders } from "node:http";

import type { InstanceMetadata, MetadataFolder } from "../hosts";

/** What is asked for. */
export interface MetadataRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
}

export interface MetadataAnswer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: string;
}

const tokenHeader = "x-aws-ec2-metadata-token";
const secondsHeader = "x-aws-ec2-metadata-token-ttl-seconds";
const longestSeconds = 21_600;

interface Session {
  readonly machineId: number;
  readonly end: number;
}

/**
 * EC2's instance metadata service, both versions (EC2 user guide, «Use the Instance Metadata Service to access instance
 * metadata»): sessions by token, and, where they are not required, requests without one.
 */
export class InstanceMetadataService {
  private readonly sessions = new Map<string, Session>();

  /** @param now milliseconds since 1970 */
  constructor(private readonly now: () => number = Date.now) {}

  answer(instance: InstanceMetadata, request: MetadataRequest): MetadataAnswer {
    if (!instance.isOn) return refused(403, "Forbidden");
    const { method, path, headers } = request;
    if (method === "PUT")
      return path === "/latest/api/token" ? this.open(instance, headers) : refused(405, "Not Allowed");
    if (method !== "GET" && method !== "HEAD") return refused(405, "Not Allowed");
    const token = headers[tokenHeader];
    const session = typeof token === "string" ? this.sessions.get(token) : undefined;
    const isKnown = session?.machineId === instance.machineId && session.end > this.now();
    if (!isKnown && (token !== undefined || instance.tokensRequired)) return refused(401, "Unauthorized");
    const found = contentAt(instance.content, path);
    if (found === undefined) return refused(404, "Not Found");
    return {
      status: 200,
      body: found,
      ...(isKnown && { headers: { [secondsHeader]: String(Math.ceil((session.end - this.now()) / 1000)) } }),
    };
  }

  private open({ machineId }: InstanceMetadata, headers: IncomingHttpHeaders): MetadataAnswer {
    // Whoever talks through a proxy is not on the machine.
    if (headers["x-forwarded-for"] !== undefined) return refused(403, "Forbidden");
    const seconds = Number(headers[secondsHeader] ?? Number.NaN);
    if (!Number.isInteger(seconds) || seconds < 1 || seconds > longestSeconds) return refused(400, "Bad Request");
    for (const [token, { end }] of this.sessions) if (end <= this.now()) this.sessions.delete(token);
    const token = randomBytes(42).toString("base64");
    this.sessions.set(token, { machineId, end: this.now() + seconds * 1000 });
    return { status: 200, headers: { [secondsHeader]: String(seconds) }, body: token };
  }
}

/** A version is a date; content is the same for all. */
const version = /^(latest|\d{4}-\d\d-\d\d|1\.0)$/;

/** Of a folder its names, one a line: those of folders end with a stroke. */
function contentAt(content: MetadataFolder, path: string): string | undefined {
  const [first, ...names] = path.split("/").filter((name) => name !== "");
  if (first === undefined) return "latest";
  if (!version.test(first)) return undefined;
  let found: string | MetadataFolder | undefined = content;
  for (const name of names) {
    if (typeof found === "string" || !Object.hasOwn(found, name)) return undefined;
    found = found[name];
    if (found === undefined) return undefined;
  }
  if (typeof found === "string") return found;
  return Object.entries(found)
    .map(([name, inner]) => (typeof inner === "string" ? name : `${name}/`))
    .join("\n");
}

function refused(status: number, reason: string): MetadataAnswer {
  return { status, body: `${status} - ${reason}\n` };
}
