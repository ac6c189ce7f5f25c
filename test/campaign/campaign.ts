import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";

import type { PulumiResult } from "../../cli/pulumi";
import { type Case, type Sizes, variantName } from "./cases";
import { type CampaignGuard, openGuard } from "./guard";
import { differences } from "./inventory";
import { emptyCloud, PaperCloud, type Snapshot } from "./paper-cloud";
import { Stack } from "./stack";
import { always, kindsOfFaults } from "./variants";

export type Verdict =
  /** It went through. */
  | "succeeded"
  /** It failed with the right error, and the next one went through. */
  | "failed rightly"
  /** Nothing of the kind was on its way after this index. */
  | "not struck"
  | "WRONG";

export interface Result {
  readonly name: string;
  readonly verdict: Verdict;
  /** What clients were told in place of answers. */
  readonly codes: readonly string[];
  /** What is wrong. */
  readonly wrong: readonly string[];
  readonly seconds: number;
}

/** Where a case begins. */
interface Start {
  readonly cloud: Snapshot;
  readonly takeBack: () => void;
}

/** A stack of everything that our DigitalOcean components make, in clouds on paper, through guards. */
export class Campaign {
  private readonly stack = new Stack(require.resolve("../components/digitalocean/engine-program"));
  private readonly journals = join(this.stack.directory, "journals");
  private epoch = 0;
  private starts!: Readonly<Record<Case["operation"], Start>>;
  sizes!: Sizes;

  static async open(): Promise<Campaign> {
    const campaign = new Campaign();
    await campaign.begin();
    return campaign;
  }

  /** Runs the operation with the fault and, when it fails, once more without: then what is there has to be what the state has. */
  async run(one: Case): Promise<Result> {
    const begun = Date.now();
    const start = this.starts[one.operation];
    start.takeBack();
    // Another cloud, that gives the same numbers again.
    rmSync(this.journals, { recursive: true, force: true });
    mkdirSync(this.journals);
    const cloud = await PaperCloud.open(start.cloud);
    try {
      const result = await this.judge(one, cloud);
      return { name: one.name, ...result, seconds: (Date.now() - begun) / 1000 };
    } finally {
      await cloud.close();
    }
  }

  close(): void {
    this.stack.remove();
  }

  private async judge(one: Case, cloud: PaperCloud): Promise<Omit<Result, "name" | "seconds">> {
    const { id } = cloud.faults.add(one.definition);
    // An action that is stuck is waited for as long as it is.
    const timer = setTimeout(() => {
      if (one.fault.kind === "action-stuck") cloud.faults.clear(id);
    }, 5000);
    const first = await this.operate(one, cloud);
    clearTimeout(timer);
    const isStruck = (cloud.faults.get(id)?.struck ?? 1) > 0;
    cloud.faults.clearAll();
    await cloud.cloud.settled();
    const wrong: string[] = [];
    const { codes } = first;
    if (first.code !== 0) {
      wrong.push(...wrongErrors(one, first));
      const second = await this.operate(one, cloud, ...(one.fault.takesRefresh === true ? ["--refresh"] : []));
      await cloud.cloud.settled();
      if (second.code !== 0) wrong.push(`the next ${one.operation} fails as well: ${errorsOf(second)}`);
    }
    const { resources, pending } = await this.stack.state();
    wrong.push(...differences(cloud.cloud.state, resources));
    if (pending > 0) wrong.push(`${pending} operations pending in the state`);
    const fine = first.code === 0 ? (isStruck ? "succeeded" : "not struck") : "failed rightly";
    return { verdict: wrong.length > 0 ? "WRONG" : fine, codes, wrong };
  }

  private async operate(
    { operation }: Pick<Case, "operation">,
    cloud: PaperCloud,
    ...more: string[]
  ): Promise<Operated> {
    const guard = await this.guard(cloud);
    try {
      const result = await this.stack[operation](guard.url, ...more);
      return { ...result, codes: guard.codes(), log: guard.log };
    } finally {
      await guard.close();
    }
  }

  private guard(cloud: PaperCloud): Promise<CampaignGuard> {
    return openGuard(cloud.url, this.journals, ++this.epoch);
  }

  /** Goes through both operations without a fault, and lays aside where each begins. */
  private async begin(): Promise<void> {
    await this.stack.init();
    mkdirSync(this.journals);
    const empty = { cloud: emptyCloud, takeBack: this.stack.layAside() };
    const cloud = await PaperCloud.open(emptyCloud);
    const up = await this.counted("up", cloud);
    const deployed = { cloud: await cloud.snapshot(), takeBack: this.stack.layAside() };
    const destroy = await this.counted("destroy", cloud);
    await cloud.close();
    this.starts = { up: empty, destroy: deployed };
    this.sizes = { up, destroy };
  }

  private async counted(operation: Case["operation"], cloud: PaperCloud): Promise<ReadonlyMap<string, number>> {
    const variants = kindsOfFaults.flatMap((fault) =>
      fault.variants.map((options, variant) => {
        const { id } = cloud.faults.add({ kind: fault.kind, ...options, skip: 1e9 });
        return { id, name: variantName(fault, variant) };
      }),
    );
    const result = await this.operate({ operation }, cloud);
    if (result.code !== 0)
      throw new Error(`${operation} fails without a fault: ${errorsOf(result)}\n${result.log.join("\n")}`);
    await cloud.cloud.settled();
    const sizes = new Map(variants.map(({ id, name }) => [name, cloud.faults.get(id)?.matched ?? 0]));
    cloud.faults.clearAll();
    return sizes;
  }
}

interface Operated extends PulumiResult {
  readonly codes: readonly string[];
  readonly log: readonly string[];
}

/** What a client must never say: that it could not read what it got. */
const unreadable =
  /invalid character|unexpected (end of JSON|EOF)|cannot unmarshal|is not what its documentation says|a page that is not JSON/i;

function wrongErrors({ fault }: Case, result: Operated): string[] {
  const wrong: string[] = [];
  const words = `${result.stdout}\n${result.stderr}`;
  const found = unreadable.exec(words)?.[0];
  if (found !== undefined) wrong.push(`a client was let see what it can't read: «${found}»`);
  const foreign = result.codes.filter((code) => ![...fault.codes, ...always].includes(code));
  if (foreign.length > 0) wrong.push(`told of ${foreign.join(", ")}`);
  const isOwn = fault.codes.length === 0 || fault.kind === "not-found";
  if (result.codes.length === 0 && !isOwn) wrong.push(`failed without a word of the guard's: ${errorsOf(result)}`);
  return wrong;
}

function errorsOf({ stdout, stderr }: PulumiResult): string {
  const lines = `${stdout}\n${stderr}`.split("\n").filter((line) => /^\s*error: /.test(line));
  return lines
    .map((line) => line.trim())
    .join(" | ")
    .slice(0, 1500);
}
