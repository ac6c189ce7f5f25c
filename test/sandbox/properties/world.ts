import { dropletsWith, findTag } from "../../../sandbox/digitalocean/models/tags";
import { type Response, TestApi } from "../digitalocean/api";
import { Dice } from "./dice";
import { emptied } from "./emptied";
import { always, atRest, roomAgrees } from "./invariants";
import { type Call, kinds } from "./kinds";
import { type Exchange, Ledger } from "./ledger";
import { listings } from "./listings";
import type { RolledCall, Step } from "./steps";

/** How often an action may keep everybody waiting, in milliseconds: over recorded hosts everything is done at once. */
const patience = 5000;

/** How long a request may wait for a room that holds everything up, in milliseconds. */
const holdUp = 300;

/** What is there from the beginning, or most calls would meet nothing: the plainest of each. */
const founding: readonly RolledCall[] = [
  { kind: "createTag", rolls: [] },
  { kind: "createDroplet", rolls: [] },
  // With another name and with IPv6.
  { kind: "createDroplet", rolls: [0, 0, 0, 0, 0, 1, 2] },
  ...["Volume", "Firewall", "Vpc", "ReservedIpv6", "Domain", "Project", "Key"].map((one) => ({
    kind: `create${one}`,
    rolls: [],
  })),
  { kind: "attachVolume", rolls: [] },
];

/** One sandbox and what happens to it. Whatever breaks an invariant is thrown, with all that led there. */
export class World {
  private readonly transcript: string[] = [];
  private readonly ledger = new Ledger();
  private readonly refused = new Set<string>();
  /** Whether the room ever kept something that it should have removed. */
  private stuck = false;

  /** @param tally counts what was answered, by the kind of request and the first digit of the status */
  private constructor(
    readonly api: TestApi,
    private readonly tally: Map<string, number>,
  ) {}

  static async open(tally: Map<string, number>): Promise<World> {
    return new World(await TestApi.open(), tally);
  }

  close(): Promise<void> {
    return this.api.close();
  }

  async live(steps: readonly Step[]): Promise<void> {
    try {
      for (const call of founding) {
        await this.call([call]);
        await settled(this.api);
      }
      for (const step of steps) await this.take(step);
      await this.lastLook();
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      throw new Error(`${reason}\nafter:\n${this.transcript.join("\n")}\nlog:\n${this.api.log.slice(-20).join("\n")}`, {
        cause: error,
      });
    }
  }

  private async take(step: Step): Promise<void> {
    if (step.what !== "calls") this.transcript.push(`# ${JSON.stringify(step)}`);
    switch (step.what) {
      case "calls":
        await this.call(step.calls);
        break;
      case "refuse":
        this.refuse(step.name);
        break;
      case "accept":
        this.accept();
        break;
      case "hold":
        this.api.hosts.release();
        this.api.hosts.hold(step.when);
        break;
      case "halt":
        this.halt(step.roll);
        break;
      case "restart":
        this.refused.clear();
        await this.api.restart();
        break;
      case "rest":
        await this.rest();
        break;
    }
    this.hold(always(this.api.cloud.state, this.api.hosts, this.api.directory));
  }

  /** Sends requests, all at once; which of them comes first is the sandbox's to decide. */
  private async call(rolled: readonly RolledCall[]): Promise<void> {
    const { state } = this.api.cloud;
    const calls = rolled.map(({ kind, rolls }) => ({ kind, call: made(kind)(state, new Dice(rolls)) }));
    // Who has a tag is known only when nobody gives or takes one meanwhile.
    const tagged = (call: Call) => (calls.length === 1 ? taggedBy(this.api, call.path) : undefined);
    const sent = calls.map(async ({ kind, call }): Promise<Exchange> => {
      const had = tagged(call);
      return { call, answer: await this.send(kind, call), tagged: had };
    });
    // Some requests wait for the room themselves: nobody is held up for ever.
    const timer = setTimeout(() => {
      this.api.hosts.release();
    }, holdUp);
    this.ledger.note(
      await Promise.all(sent).finally(() => {
        clearTimeout(timer);
      }),
    );
  }

  private async send(kind: string, { method, path, body }: Call): Promise<Response> {
    const answer = await this.api.call(method, path, body);
    const short = [body, answer.body].map((one) => JSON.stringify(one ?? "").slice(0, 300));
    this.transcript.push(`${method} ${path} ${short[0] ?? ""} → ${answer.status} ${short[1] ?? ""}`);
    const outcome = `${kind} ${Math.floor(answer.status / 100)}xx`;
    this.tally.set(outcome, (this.tally.get(outcome) ?? 0) + 1);
    if (answer.status >= 500 && this.refused.size === 0)
      throw new Error(`${method} ${path} was answered with ${answer.status}, and the room refused nothing`);
    return answer;
  }

  private refuse(name: string): void {
    this.refused.add(name);
    this.stuck ||= name.startsWith("destroy");
    this.api.hosts.refuse(name, `the room can't ${name}`);
  }

  private accept(): void {
    for (const name of this.refused) this.api.hosts.accept(name);
    this.refused.clear();
  }

  private halt(roll: number): void {
    const machines = [...this.api.hosts.machines.values()];
    const machine = machines[roll % Math.max(1, machines.length)];
    if (machine !== undefined) machine.running = false;
  }

  private async rest(): Promise<void> {
    this.api.hosts.release();
    await settled(this.api);
    const { state } = this.api.cloud;
    this.hold(atRest(state, this.api.hosts, this.stuck));
    this.hold(this.ledger.unended(state).map((id) => `action ${id} was begun and has not ended`));
    this.hold(await listings(this.api, this.ledger));
  }

  /** Everything works again: promises outlive one more start, and what is deleted leaves nothing behind. */
  private async lastLook(): Promise<void> {
    this.transcript.push("# the end");
    this.accept();
    await this.rest();
    await this.api.restart();
    await this.rest();
    this.hold(roomAgrees(this.api.cloud.state, this.api.hosts));
    this.transcript.push("# all is deleted");
    this.hold(await emptied(this.api, () => settled(this.api)));
  }

  private hold(broken: readonly string[]): void {
    if (broken.length > 0) throw new Error(`broken: ${broken.join("; ")}`);
  }
}

function made(kind: string): (typeof kinds)[string] {
  const found = kinds[kind];
  if (found === undefined) throw new Error(`there is no kind ${kind}`);
  return found;
}

function taggedBy({ cloud: { state } }: TestApi, path: string): number[] {
  const name = new URL(path, "http://localhost").searchParams.get("tag_name");
  const tag = name === null ? undefined : findTag(state, name);
  return tag === undefined ? [] : dropletsWith(state, tag).map(({ id }) => id);
}

async function settled({ cloud }: TestApi): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      const left = cloud.state.actions.filter(({ status }) => status === "in-progress");
      reject(new Error(`after ${patience} ms this is still in progress: ${JSON.stringify(left)}`));
    }, patience);
  });
  await Promise.race([cloud.settled(), late]).finally(() => {
    clearTimeout(timer);
  });
}
