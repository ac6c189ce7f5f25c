import { mkdirSync, mkdtempSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

import { home } from "../../../cli/home";
import type { CloudState } from "../../../sandbox/digitalocean/state";
import { fileStore } from "../../../sandbox/digitalocean/store";
import { buildImage } from "../../../sandbox/hosts/image";
import { removeHosts } from "../../../sandbox/hosts/room";
import { collections } from "../properties/collections";
import type { Call } from "../properties/kinds";
import { type Exchange, Ledger } from "../properties/ledger";
import { Chance } from "./chance";
import { DaemonProcess } from "./daemon-process";
import { differences, type Inventory, remains } from "./inventory";
import { look } from "./reality";
import { traffic } from "./traffic";

/** How long what was begun may take to end after the daemon is back. */
const endLimit = 90_000;

/** How a daemon is killed. */
const manners = ["any moment", "any moment", "after a write", "after a write", "at its start", "at its end"] as const;

/** One sandbox with real machines, whose daemon is killed over and over. */
export class Campaign {
  readonly report: string[] = [];
  private readonly ledger = new Ledger();
  private helpers: readonly string[] = [];

  private constructor(
    private readonly chance: Chance,
    private readonly daemon: DaemonProcess,
  ) {}

  static async open(seed: number): Promise<Campaign> {
    const { image } = home();
    await buildImage(image, () => undefined);
    const directory = join(realpathSync(mkdtempSync(join(tmpdir(), "deploy4me-kill-"))), "sandbox");
    mkdirSync(directory, { mode: 0o700 });
    const campaign = new Campaign(new Chance(seed), new DaemonProcess(directory, image));
    campaign.daemon.spawn();
    await campaign.daemon.ready();
    campaign.helpers = (await look(campaign.room)).helpers;
    return campaign;
  }

  /** Some requests, a kill, perhaps another one during the new start, and then everything has to be in order. */
  async round(): Promise<string[]> {
    const manner = this.chance.of(manners);
    const sent = this.send();
    await this.killing(manner);
    await this.daemon.kill();
    await sent;
    const before = Date.now();
    this.daemon.spawn();
    if (manner === "at its start") {
      await sleep(this.chance.whole(2000));
      await this.daemon.kill();
      this.daemon.spawn();
    }
    await this.daemon.ready();
    const broken = await this.inOrder();
    this.report.push(
      `killed: ${manner}; up and in order after ${((Date.now() - before) / 1000).toFixed(1)} s` +
        (broken.length === 0 ? "" : `; BROKEN: ${broken.join("; ")}`),
    );
    return broken;
  }

  /** Removes everything. @returns what would not go */
  async close(): Promise<string[]> {
    await this.daemon.kill();
    await removeHosts(this.room);
    const left = remains(await look(this.room));
    rmSync(join(this.daemon.directory, ".."), { recursive: true });
    return left;
  }

  private get room(): string {
    return this.daemon.files.room;
  }

  private get state(): CloudState {
    const state = fileStore(this.daemon.files.cloud).read();
    if (state === undefined) throw new Error("the daemon has written no state");
    return state;
  }

  /** One after another, as long as there is somebody to answer. */
  private async send(): Promise<void> {
    const exchanges: Exchange[] = [];
    let lost: Call | undefined;
    for (const call of traffic(this.state, this.chance)) {
      const answer = await this.daemon.call(call.method, call.path, call.body);
      // A daemon that is told to end refuses what it can't finish.
      if (answer === undefined || (answer.status >= 500 && this.daemon.ended)) {
        lost = call;
        break;
      }
      if (answer.status >= 500)
        throw new Error(`${call.method} ${call.path}: ${answer.status}\n${this.daemon.logTail()}`);
      exchanges.push({ call, answer });
    }
    this.ledger.note(exchanges);
    // It came after all the others.
    if (lost !== undefined) this.ledger.unanswered(lost);
  }

  private async killing(manner: (typeof manners)[number]): Promise<void> {
    switch (manner) {
      case "after a write":
        await this.daemon.writes(1 + this.chance.whole(8), 1500);
        break;
      case "at its end":
        await sleep(this.chance.whole(800));
        this.daemon.terminate();
        await sleep(this.chance.whole(1500));
        break;
      default:
        await sleep(this.chance.whole(1500));
    }
  }

  private async inOrder(): Promise<string[]> {
    const open = await this.untilEnded();
    const { state } = this;
    const broken = open.map(({ id, type }) => `action ${id} (${type}) does not end`);
    broken.push(...this.ledger.unended(state).map((id) => `action ${id} was answered with and has no end`));
    for (const { path, list, id } of collections) {
      const listed = (await this.list(path, list)).map((one) => String(one[id]));
      broken.push(...this.ledger.broken(state, path, listed));
    }
    const reality = await look(this.room);
    broken.push(...differences(await this.inventory(), reality));
    if (reality.helpers.join() !== this.helpers.join())
      broken.push(`beside the machines there run ${reality.helpers.join(", ")} instead of ${this.helpers.join(", ")}`);
    return broken;
  }

  private async untilEnded(): Promise<CloudState["actions"]> {
    const deadline = Date.now() + endLimit;
    for (;;) {
      const open = this.state.actions.filter(({ status }) => status === "in-progress");
      if (open.length === 0 || Date.now() > deadline) return open;
      await sleep(50);
    }
  }

  private async inventory(): Promise<Inventory> {
    const droplets = await this.list("/v2/droplets", "droplets");
    const ids = (items: Item[]): string[] => items.map(({ id }) => String(id));
    return {
      droplets: droplets.map(({ id, status, networks }) => ({
        id: Number(id),
        status: String(status),
        isPublic: JSON.stringify(networks).includes('"public"'),
      })),
      volumes: ids(await this.list("/v2/volumes", "volumes")),
      snapshots: ids(await this.list("/v2/snapshots", "snapshots")),
    };
  }

  private async list(path: string, name: string): Promise<Item[]> {
    const answer = await this.daemon.call("GET", `${path}?per_page=200`);
    if (answer?.status !== 200) throw new Error(`${path} was answered with ${answer?.status ?? "nothing"}`);
    return (answer.body as Readonly<Record<string, Item[]>>)[name] ?? [];
  }
}

type Item = Readonly<Record<string, unknown>>;
