import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import type { FastifyInstance } from "fastify";

import { type Clock, systemClock } from "../../../sandbox/clock";
import { type Access, oneToken } from "../../../sandbox/digitalocean/access";
import { Cloud } from "../../../sandbox/digitalocean/cloud";
import type { Mail } from "../../../sandbox/digitalocean/operations";
import { RateLimiter } from "../../../sandbox/digitalocean/rate-limit";
import { buildApi } from "../../../sandbox/digitalocean/server";
import { fileStore } from "../../../sandbox/digitalocean/store";
import { operationAt } from "../../../sandbox/digitalocean/coverage";
import { noteValidated } from "../../contract/results";
import { type Answer, Contract } from "./contract";
import { RecordedHosts } from "./recorded-hosts";

export const token = "sandbox-token-of-a-test";
const contract = Contract.load();

/** An answer with its body at hand. */
export interface Response extends Answer {
  /** A part of the body, by the names and positions that lead to it. */
  at(...path: (string | number)[]): unknown;
  text(...path: (string | number)[]): string;
  number(...path: (string | number)[]): number;
  list(...path: (string | number)[]): readonly unknown[];
}

export interface TestApiOptions {
  /** Default: the machine's own time. */
  readonly clock?: Clock;
  /** Default: {@link token} alone, which may do everything. */
  readonly access?: Access;
  /** Whether the limits of requests an hour and a minute refuse anything. Default: no, they only count. */
  readonly limits?: boolean;
}

/**
 * The API over recorded hosts. Every answer it gives is held against DigitalOcean's own description of its API, where
 * that is on the machine.
 */
export class TestApi {
  readonly log: string[] = [];
  /** What the account's owner was sent. */
  readonly mails: Mail[] = [];
  private app!: FastifyInstance;
  origin = "";
  cloud!: Cloud;

  private constructor(
    readonly directory: string,
    public hosts: RecordedHosts,
    private readonly options: TestApiOptions,
  ) {}

  static async open(options: TestApiOptions = {}): Promise<TestApi> {
    const api = new TestApi(mkdtempSync(join(tmpdir(), "deploy4me-api-")), new RecordedHosts(), options);
    await api.start();
    return api;
  }

  /** As a daemon does that was killed and started again: with the same state and disks, and machines that are all off. */
  async restart(): Promise<void> {
    await this.app.close();
    const { machines, volumes, snapshots } = this.hosts;
    this.hosts = new RecordedHosts();
    for (const [id, volume] of volumes) this.hosts.volumes.set(id, volume);
    for (const [id, snapshot] of snapshots) this.hosts.snapshots.set(id, snapshot);
    for (const [id, { spec }] of machines) this.hosts.machines.set(id, { spec, running: false });
    await this.start();
  }

  async close(): Promise<void> {
    this.hosts.release();
    this.cloud.consistency.release();
    await this.cloud.settled();
    await this.app.close();
    rmSync(this.directory, { recursive: true });
  }

  get(path: string): Promise<Response> {
    return this.call("GET", path);
  }

  post(path: string, body: object): Promise<Response> {
    return this.call("POST", path, body);
  }

  put(path: string, body: object): Promise<Response> {
    return this.call("PUT", path, body);
  }

  patch(path: string, body: object): Promise<Response> {
    return this.call("PATCH", path, body);
  }

  delete(path: string, body?: object): Promise<Response> {
    return this.call("DELETE", path, body);
  }

  async call(
    method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE",
    path: string,
    body?: object,
    headers: Record<string, string> = { authorization: `Bearer ${token}` },
  ): Promise<Response> {
    const response = await fetch(`${this.origin}${path}`, {
      method,
      headers: { ...headers, "content-type": "application/json" },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(10_000),
    });
    const text = await response.text();
    const isJson = response.headers.get("content-type")?.startsWith("application/json") !== false;
    const parsed: unknown = text === "" ? undefined : isJson ? JSON.parse(text) : text;
    const answer = {
      method,
      path,
      status: response.status,
      headers: Object.fromEntries(response.headers),
      body: parsed,
    };
    holdAgainstDescription(answer);
    return withReaders(answer);
  }

  /** A droplet that runs. */
  async droplet(name: string, more: object = {}): Promise<number> {
    const id = (await this.post("/v2/droplets", { ...small, name, ...more })).number("droplet", "id");
    await this.cloud.settled();
    return id;
  }

  private async start(): Promise<void> {
    const log = (line: string): void => void this.log.push(line);
    const mail = (one: Mail): Promise<void> => Promise.resolve(void this.mails.push(one));
    const { clock = systemClock, access = oneToken(token), limits = false } = this.options;
    this.cloud = await Cloud.open({ store: fileStore(this.directory), hosts: this.hosts, clock, log, mail });
    const limiter = new RateLimiter(clock, { enabled: limits });
    this.app = buildApi({ cloud: this.cloud, access, limiter, log });
    this.origin = await this.app.listen({ host: "127.0.0.1", port: 0 });
  }
}

export const small = { region: "fra1", size: "s-1vcpu-1gb", image: "debian-13-x64" };

/**
 * @throws when the answer is not as the description says. What the original answers and does not describe is known from
 * elsewhere, and the table of operations says from where.
 */
function holdAgainstDescription(answer: Answer): void {
  if (contract === undefined) return;
  const { method, path, status } = answer;
  const operation = operationAt(method, path.replace(/\?.*/, ""));
  if (operation !== undefined && operation.source !== "spec" && !contract.describes(method, path)) return;
  const violations = contract.violations(answer);
  if (violations.length > 0) throw new Error(violations.join("\n"));
  if (operation !== undefined) noteValidated(`${method} ${operation.path} ${status}`);
}

function withReaders(answer: Answer): Response {
  const at = (...path: (string | number)[]): unknown =>
    path.reduce<unknown>((inner, key) => {
      if (typeof inner !== "object" || inner === null)
        throw new Error(`there is no ${path.join(".")} in ${show(answer)}`);
      return (inner as Record<string | number, unknown>)[key];
    }, answer.body);
  const typed = <Value>(path: (string | number)[], is: (value: unknown) => value is Value): Value => {
    const value = at(...path);
    if (!is(value)) throw new Error(`${path.join(".")} is ${JSON.stringify(value)} in ${show(answer)}`);
    return value;
  };
  return {
    ...answer,
    at,
    text: (...path) => typed(path, (value) => typeof value === "string"),
    number: (...path) => typed(path, (value) => typeof value === "number"),
    list: (...path) => typed(path, (value): value is readonly unknown[] => Array.isArray(value)),
  };
}

function show({ method, path, status, body }: Answer): string {
  return `${method} ${path} → ${status} ${JSON.stringify(body)}`;
}
