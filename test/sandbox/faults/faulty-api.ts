import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import type { AddressInfo, Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

import type { FastifyInstance } from "fastify";

import { type Clock, systemClock } from "../../../sandbox/clock";
import { type Access, oneToken } from "../../../sandbox/digitalocean/access";
import { Cloud } from "../../../sandbox/digitalocean/cloud";
import { buildApi } from "../../../sandbox/digitalocean/server";
import { fileStore } from "../../../sandbox/digitalocean/store";
import { Faults } from "../../../sandbox/faults";
import type { Certified } from "../../../sandbox/tls/certificates";
import { tlsServer } from "../../../sandbox/tls/listener";
import { RecordedHosts } from "../digitalocean/recorded-hosts";
import { type Ask, dial, parse, talk, type WireAnswer } from "./client";

export const token = "dop_v1_of_a_test_of_faults";
export const small = { region: "fra1", size: "s-1vcpu-1gb", image: "debian-13-x64" };

export interface FaultyApiOptions {
  readonly clock?: Clock;
  readonly access?: Access;
  /** Answers over TLS as well, with a certificate of this authority. */
  readonly authority?: Certified;
}

/** The API on a socket of this machine, over recorded hosts, with faults. */
export class FaultyApi {
  faults = new Faults();
  readonly log: string[] = [];
  cloud!: Cloud;
  private app!: FastifyInstance;
  private secure: Server | undefined;

  private constructor(
    private readonly directory: string,
    public hosts: RecordedHosts,
    private readonly options: FaultyApiOptions,
  ) {}

  static async open(options: FaultyApiOptions = {}): Promise<FaultyApi> {
    const api = new FaultyApi(mkdtempSync(join(tmpdir(), "deploy4me-faults-")), new RecordedHosts(), options);
    await api.start();
    return api;
  }

  get port(): number {
    return portOf(this.app.server);
  }

  get securePort(): number {
    return portOf(this.secure);
  }

  get origin(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** @returns the fault's id */
  add(definition: object): string {
    return this.faults.add(definition).id;
  }

  /** What stands on the wire when this is asked, with the token unless another one is given. */
  async ask(ask: Ask): Promise<WireAnswer> {
    return parse(await this.hear(ask));
  }

  /** The same, where there may be no answer at all. */
  hear(ask: Ask): Promise<{ readonly bytes: string; readonly end: "closed" | "reset" }> {
    return talk(dial(this.port), { token, ...ask });
  }

  get(path: string): Promise<WireAnswer> {
    return this.ask({ path });
  }

  post(path: string, body: object): Promise<WireAnswer> {
    return this.ask({ method: "POST", path, body });
  }

  create(name: string): Promise<WireAnswer> {
    return this.post("/v2/droplets", { ...small, name });
  }

  /** A droplet that runs, made while no fault is looking. */
  async droplet(name: string): Promise<number> {
    const answer = await this.create(name);
    if (answer.status !== 202) throw new Error(`no droplet: ${answer.bytes}`);
    await this.cloud.settled();
    return this.named(name)[0]?.id ?? 0;
  }

  named(name: string): readonly { readonly id: number }[] {
    return this.cloud.state.droplets.filter((droplet) => droplet.name === name);
  }

  /** As after a kill: the faults are forgotten, the machines are off, the state is what was written. */
  async restart(): Promise<void> {
    await this.app.close();
    const { machines } = this.hosts;
    this.hosts = new RecordedHosts();
    this.faults = new Faults();
    for (const [id, { spec }] of machines) this.hosts.machines.set(id, { spec, running: false });
    await this.start();
  }

  async close(): Promise<void> {
    this.faults.clearAll();
    this.hosts.release();
    await this.cloud.settled();
    await this.app.close();
    rmSync(this.directory, { recursive: true });
  }

  private async start(): Promise<void> {
    const log = (line: string): void => void this.log.push(line);
    const { clock = systemClock, access = oneToken(token), authority } = this.options;
    const { hosts, faults } = this;
    this.cloud = await Cloud.open({ store: fileStore(this.directory), hosts, clock, log, interference: faults });
    this.app = buildApi({ cloud: this.cloud, access, faults, log });
    this.secure = authority === undefined ? undefined : await tlsServer(this.app, authority);
    await this.app.listen({ host: "127.0.0.1", port: 0 });
    this.secure?.listen(0, "127.0.0.1");
    if (this.secure !== undefined) await once(this.secure, "listening");
  }
}

function portOf(server: Server | undefined): number {
  // It listens on TCP.
  return (server?.address() as AddressInfo).port;
}
