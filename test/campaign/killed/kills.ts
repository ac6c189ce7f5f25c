import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { cpSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";

import { parseState } from "../../../driver/state/state";
import { processesWith } from "../../driver/processes";
import { differences } from "../inventory";
import { emptyCloud, PaperCloud, type Snapshot } from "../paper-cloud";
import { type KillCase, nameOfCase, type Victim } from "./cases";
import type { KilledRequest } from "./program";
import type { KilledOrder, Said } from "./worker";

const stack = { project: "killed", stack: "office" };
const first: KilledRequest = { name: stack.stack, administrator: "203.0.113.7/32", software: ["wiki"] };
const second: KilledRequest = { ...first, administrator: "198.51.100.7/32", software: ["wiki", "blog"] };

export interface KillResult {
  readonly name: string;
  readonly seed: number;
  /** Whether the victim was there to be killed before the operation ended. */
  readonly struck: boolean;
  /** How the operation ended, and what the next one did about it. */
  readonly ended: string;
  readonly notes: readonly string[];
  /** What is wrong. */
  readonly wrong: readonly string[];
  readonly seconds: number;
}

/** Where a case begins. */
interface Start {
  readonly home: string;
  readonly cloud: Snapshot;
  /** How many requests the deployment took: what «a share of the operation» counts in. */
  readonly requests: number;
}

/** Kills an operation at some moment, lets the next one go on, and looks whether cloud, state and plan are the same then. */
export class Kills {
  private readonly folder = mkdtempSync(join(tmpdir(), "deploy4me-kills-"));
  private readonly deployed = new Map<KillCase["mode"], Promise<Start>>();
  private homes = 0;

  async run(one: KillCase): Promise<KillResult> {
    const begun = Date.now();
    const deployed = await this.deployedStart(one.mode);
    const start = one.operation === "up" ? { ...deployed, home: undefined, cloud: emptyCloud } : deployed;
    const home = this.homeFrom(start.home);
    const cloud = await PaperCloud.open(start.cloud);
    try {
      const result = await this.judge(one, { home, cloud, requests: deployed.requests });
      return { name: nameOfCase(one), seed: one.seed, ...result, seconds: (Date.now() - begun) / 1000 };
    } finally {
      await cloud.close();
      rmSync(home, { recursive: true, force: true });
    }
  }

  close(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }

  private async judge(
    one: KillCase,
    { home, cloud, requests }: { readonly home: string; readonly cloud: PaperCloud; readonly requests: number },
  ): Promise<Pick<KillResult, "struck" | "ended" | "notes" | "wrong">> {
    const order = (operation: KilledOrder["operation"], request: KilledRequest): KilledOrder => {
      return { home, cloud: cloud.url, mode: one.mode, operation, request };
    };
    const wanted = one.operation === "up" ? first : second;
    const counter = slowed(cloud, one.seed);
    const dying = new Worker(
      order(one.operation === "destroy" ? "destroy" : "up", one.operation === "destroy" ? first : wanted),
    );
    const struck = await this.strike(one, dying, () => counter() >= Math.floor(one.share * requests));
    const end = await dying.ended();
    cloud.faults.clearAll();
    const wrong: string[] = [];
    const goal = goalOf(one, wanted);
    const next = await new Worker(order(goal.operation, goal.request)).ended();
    if (next.last?.ended !== "succeeded") wrong.push(`the next ${goal.operation} fails: ${wordsOf(next.last)}`);
    await cloud.cloud.settled();
    const leftovers = processesWith(home);
    if (leftovers.length > 0) wrong.push(`still running: ${leftovers.map(({ command }) => command).join(", ")}`);
    if (next.last?.ended === "succeeded") {
      const { resources, pending } = parseState(stack, next.last.state);
      wrong.push(...differences(cloud.cloud.state, resources));
      if (pending.length > 0) wrong.push(`${pending.length} pending in the state`);
      if (goal.operation === "destroy") {
        if (resources.length > 0) wrong.push(`${resources.length} resources are left`);
      } else {
        const plan = await new Worker(order("preview", goal.request)).ended();
        if (plan.last?.ended !== "succeeded") wrong.push(`the preview fails: ${wordsOf(plan.last)}`);
        else if (!plan.last.unchanged)
          wrong.push(`the plan is not what is there: ${JSON.stringify(plan.last.changes)}`);
      }
    }
    return { struck, ended: wordsOf(end.last), notes: next.notes, wrong };
  }

  /** @returns whether somebody was killed */
  private async strike({ victim, pauseMs }: KillCase, worker: Worker, isTime: () => boolean): Promise<boolean> {
    const operation = await worker.id;
    while (!isTime() && !worker.isOver) await pause(5);
    await pause(pauseMs);
    for (;;) {
      if (worker.isOver) return false;
      const pids = victimsOf(victim, operation, worker.pid);
      if (pids.length > 0) {
        for (const pid of pids) kill(pid);
        return true;
      }
      await pause(10);
    }
  }

  private deployedStart(mode: KillCase["mode"]): Promise<Start> {
    const known = this.deployed.get(mode) ?? this.deploy(mode);
    this.deployed.set(mode, known);
    return known;
  }

  private async deploy(mode: KillCase["mode"]): Promise<Start> {
    const home = this.homeFrom(undefined);
    const cloud = await PaperCloud.open(emptyCloud);
    try {
      const counter = slowed(cloud, 1);
      const worker = new Worker({ home, cloud: cloud.url, mode, operation: "up", request: first });
      const { last } = await worker.ended();
      if (last?.ended !== "succeeded") throw new Error(`it can't be deployed at all: ${wordsOf(last)}`);
      const requests = counter();
      return { home, requests, cloud: await cloud.snapshot() };
    } finally {
      await cloud.close();
    }
  }

  private homeFrom(start: string | undefined): string {
    const home = join(this.folder, `home-${++this.homes}`);
    if (start === undefined) mkdirSync(home, { mode: 0o700 });
    else cpSync(start, home, { recursive: true });
    return home;
  }
}

interface Goal {
  readonly operation: "up" | "destroy";
  readonly request: KilledRequest;
}

/** The same again; or, where a person has thought better of it, the opposite. */
function goalOf({ operation, next }: KillCase, wanted: KilledRequest): Goal {
  if (operation === "destroy") return { operation: next === "same" ? "destroy" : "up", request: first };
  if (next === "same") return { operation: "up", request: wanted };
  return operation === "up" ? { operation: "destroy", request: wanted } : { operation: "up", request: first };
}

/**
 * Lets half of the writes wait before they are carried out, and half of the others after: so a kill meets both.
 * @returns how many requests have come
 */
function slowed(cloud: PaperCloud, seed: number): () => number {
  const counter = cloud.faults.add({ kind: "slow", delay: 1, skip: 1e9 }).id;
  for (const method of ["POST", "PUT", "DELETE"])
    for (const applied of [false, true])
      cloud.faults.add({
        kind: "slow",
        delay: 0.3,
        applied,
        route: `${method} /v2/**`,
        count: "unlimited",
        probability: 0.5,
        seed,
      });
  return () => cloud.faults.get(counter)?.matched ?? 0;
}

const marks: Readonly<Record<Exclude<Victim, "driver" | "all">, string>> = {
  engine: "--event-log",
  provider: "pulumi-resource-digitalocean",
  dynamic: "dynamic-provider",
  child: "runner/child.js",
};

function victimsOf(victim: Victim, operation: string, driver: number): number[] {
  if (victim === "driver") return [driver];
  const all = processesWith(operation);
  if (victim === "all") return all.length === 0 ? [] : [driver, ...all.map(({ pid }) => pid)];
  return all.filter(({ command }) => command.includes(marks[victim])).map(({ pid }) => pid);
}

function kill(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // It has ended by itself.
  }
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

type Last = Extract<Said, { readonly ended: string }>;

/** A driver in a process of its own, and what it said. */
class Worker {
  private readonly child: ChildProcess;
  private readonly said: Said[] = [];
  private readonly over: Promise<unknown>;
  readonly id: Promise<string>;
  isOver = false;

  constructor(order: KilledOrder) {
    const child = spawn(process.execPath, [require.resolve("./worker"), JSON.stringify(order)], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    this.child = child;
    const lines = createInterface({ input: child.stdout });
    this.over = Promise.all([once(child, "exit"), once(lines, "close")]).then(() => (this.isOver = true));
    this.id = new Promise((resolve) => {
      lines.on("line", (line) => {
        const one = JSON.parse(line) as Said;
        this.said.push(one);
        if ("id" in one) resolve(one.id);
      });
      child.once("exit", () => {
        resolve("");
      });
    });
  }

  get pid(): number {
    return this.child.pid ?? 0;
  }

  async ended(): Promise<{ readonly last: Last | undefined; readonly notes: readonly string[] }> {
    await this.over;
    const last = this.said.find((one): one is Last => "ended" in one);
    return { last, notes: this.said.flatMap((one) => ("note" in one ? [one.note] : [])) };
  }
}

function wordsOf(last: Last | undefined): string {
  if (last === undefined) return "killed";
  return last.ended === "succeeded" ? "succeeded" : `${last.code} ${last.message}`.slice(0, 1_000);
}
