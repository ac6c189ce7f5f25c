import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import type { FastifyInstance } from "fastify";

import { Cloud } from "../../../sandbox/digitalocean/cloud";
import { buildApi } from "../../../sandbox/digitalocean/server";
import { fileStore } from "../../../sandbox/digitalocean/store";
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

/**
 * The API over recorded hosts. Every answer it gives is held against DigitalOcean's own description of its API, where
 * that is on the machine.
 */
export class TestApi {
  readonly log: string[] = [];
  private app!: FastifyInstance;
  private origin = "";
  cloud!: Cloud;

  private constructor(
    readonly directory: string,
    public hosts: RecordedHosts,
  ) {}

  static async open(): Promise<TestApi> {
    const api = new TestApi(mkdtempSync(join(tmpdir(), "deploy4me-api-")), new RecordedHosts());
    await api.start();
    return api;
  }

  /** As a daemon does that was killed and started again: with the same state and machines that are all off. */
  async restart(): Promise<void> {
    await this.app.close();
    const machines = this.hosts.machines;
    this.hosts = new RecordedHosts();
    for (const [id, { spec }] of machines) this.hosts.machines.set(id, { spec, running: false });
    await this.start();
  }

  async close(): Promise<void> {
    this.hosts.release();
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
    const parsed: unknown = text === "" ? undefined : JSON.parse(text);
    const answer = {
      method,
      path,
      status: response.status,
      headers: Object.fromEntries(response.headers),
      body: parsed,
    };
    const violations = contract?.violations(answer) ?? [];
    if (violations.length > 0) throw new Error(violations.join("\n"));
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
    this.cloud = await Cloud.open({ store: fileStore(this.directory), hosts: this.hosts, log });
    this.app = buildApi({ cloud: this.cloud, token, log });
    this.origin = await this.app.listen({ host: "127.0.0.1", port: 0 });
  }
}

export const small = { region: "fra1", size: "s-1vcpu-1gb", image: "debian-13-x64" };

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
