import type { GuardedAnswer, GuardedRequest, Send } from "../exchange";
import { type Clock, type Intents, type Log, systemClock } from "../interfaces";
import { GuardProblem } from "../problems";
import type { Parameters } from "../recognition/routes";
import { recognise } from "../recognition/recognition";
import type { Creation } from "../recognition/rule";
import { Creating } from "./creating";
import { remove } from "./deleting";
import { JournalUnavailable } from "./errors";
import type { Intent } from "./intent";
import { Journal } from "./journal";
import { bodyOf, keyOf } from "./key";
import { claimsSince } from "./look";
import { Queue } from "./queue";
import { repeat } from "./repeating";
import { defaultSettings, type IntentSettings, type Tools } from "./settings";
import { sendUnrecognised } from "./unrecognised";

export interface IntentOptions extends Partial<IntentSettings> {
  /** `guard.db`: all guards of this machine share it. */
  readonly file: string;
  /** The API's address. */
  readonly upstream: URL;
  /** Default: the machine's. */
  readonly clock?: Clock;
  readonly log: Log;
}

/**
 * Keeps writes from being carried out twice: each is written down before it leaves, and after a failure that leaves open whether it was carried out, it
 * is looked for before it is sent again, by this process or by the next.
 */
export class WrittenIntents implements Intents {
  private readonly queue = new Queue();
  private readonly handingOver = new Set<Promise<void>>();

  private constructor(private readonly tools: Tools) {}

  /** @throws JournalUnavailable */
  static open({ file, upstream, clock = systemClock, log, ...given }: IntentOptions): WrittenIntents {
    const journal = Journal.open({ file, now: () => clock.now() });
    return new WrittenIntents({ journal, clock, log, upstream, settings: { ...defaultSettings, ...given } });
  }

  /** Writes down first which of the last answers arrived. */
  async close(): Promise<void> {
    await Promise.all(this.handingOver);
    this.tools.journal.close();
  }

  async perform(request: GuardedRequest, send: Send): Promise<GuardedAnswer> {
    try {
      return await this.performed(request, send);
    } catch (error) {
      if (!(error instanceof JournalUnavailable)) throw error;
      throw new GuardProblem("JOURNAL_UNAVAILABLE", error.message, { ambiguous: true, cause: error });
    }
  }

  /** What may exist although no client knows of it: from operations that have ended, and of those that run. */
  unfinished(stack?: string): Intent[] {
    return this.tools.journal.unfinished(stack);
  }

  /**
   * Before an operation, by whoever knows the stack's state: what was made and answered, but is not in the state because the client died, is found again by
   * the next equal request, in place of being made a second time.
   * @param isKnown whether the state has what is at a path, as `/v2/droplets/5`
   * @returns the paths of what is missing from the state
   */
  reopen(stack: string, isKnown: (path: string) => boolean): string[] {
    const { journal } = this.tools;
    const missing = journal.allTold(stack).filter(({ resource = "" }) => isResource(resource) && !isKnown(resource));
    for (const { id } of missing) journal.reopen(id);
    return missing.map(({ resource = "" }) => resource);
  }

  /**
   * What became of one of {@link unfinished} is known to whoever has the stack's state.
   * @param resource the path of what it made, which the state has now; undefined: nothing of it is there
   */
  settle(id: number, resource: string | undefined): void {
    const { journal } = this.tools;
    if (resource === undefined) journal.resolved(id, "NOT_FOUND");
    else journal.settled(id, resource);
  }

  /** What was made through the guards of this machine, for whatever stack, and not deleted through them since. */
  made(): Intent[] {
    return this.tools.journal.allMade().filter(({ resource = "" }) => isResource(resource));
  }

  /** The paths of what other intents than this one were answered with, so that it is none of its. */
  claimed({ id, account, method, path, writtenAt }: Intent): ReadonlySet<string> {
    const { rule } = recognise(method, path);
    return this.tools.journal.claimed(id, account, rule.kind === "creation" ? claimsSince(rule, { writtenAt }) : 0);
  }

  private performed(request: GuardedRequest, send: Send): Promise<GuardedAnswer> {
    if (request.method === "DELETE") return this.alone(request, () => remove(this.tools, request, send));
    const { rule, parameters } = recognise(request.method, request.path);
    if (rule.kind === "repeatable") return repeat(this.tools, rule, request, send);
    const body = bodyOf(request.body);
    if (rule.kind === "unrecognised" || body === undefined || "names" in body)
      return this.alone(request, () => sendUnrecognised(this.tools, request, send));
    return this.create(rule, parameters, { request, send, body });
  }

  private async create(
    rule: Creation,
    parameters: Parameters,
    { request, send, body }: { readonly request: GuardedRequest; readonly send: Send; readonly body: object },
  ): Promise<GuardedAnswer> {
    const creating = new Creating(this.tools, rule, parameters, request, send, body);
    const next = await this.queue.turn(creating.turn);
    try {
      const answer = await creating.run();
      // Until the client has it, an equal request may be the same one once more.
      const handing = this.handOver(creating, request).finally(() => {
        next();
        this.handingOver.delete(handing);
      });
      this.handingOver.add(handing);
      return answer;
    } catch (error) {
      next();
      throw error;
    }
  }

  private async handOver(creating: Creating, { id, delivered = Promise.resolve(true) }: GuardedRequest): Promise<void> {
    const arrived = await delivered;
    try {
      creating.delivered(arrived);
    } catch {
      this.tools.log(`${id}: that the client has its answer could not be written down`);
    }
  }

  private async alone(request: GuardedRequest, work: () => Promise<GuardedAnswer>): Promise<GuardedAnswer> {
    const next = await this.queue.turn(`${request.stack} ${keyOf(request)}`);
    try {
      return await work();
    } finally {
      next();
    }
  }
}

/** Actions are in no state. */
function isResource(path: string): boolean {
  return !path.startsWith("/v2/actions/");
}
