import type { GuardedAnswer, GuardedRequest, Send } from "../exchange";
import { asProblem, GuardProblem } from "../problems";
import { type Candidate, candidate, candidates } from "../recognition/candidates";
import { readListing } from "../recognition/listing";
import { at, identityOf, type Marks, marksOf } from "../recognition/marks";
import { filledIn, type Parameters } from "../recognition/routes";
import type { Creation } from "../recognition/rule";
import { answerFor, madeBy, notFound } from "./answer";
import {
  clientGone,
  leftover,
  type Outcome,
  outcomeOf,
  type Problem,
  taken,
  unconfirmed,
  unreadable,
} from "./failures";
import type { Intent } from "./intent";
import { keyOf } from "./key";
import { claimsSince, look, lookOnce } from "./look";
import type { Tools } from "./settings";

/** One create of a client's, until there is an answer for it. Nobody else works on the same at the same time. */
export class Creating {
  private readonly key: string;
  private readonly marks: Marks;
  readonly identity: string | undefined;
  /** What of it is written down; from when something was. */
  private intent: Intent | undefined;
  private gone = false;

  constructor(
    private readonly tools: Tools,
    private readonly rule: Creation,
    private readonly parameters: Parameters,
    private readonly request: GuardedRequest,
    private readonly send: Send,
    body: object,
  ) {
    this.key = keyOf(request);
    this.marks = marksOf(rule, parameters, body);
    this.identity = identityOf(rule, this.marks);
    void request.delivered?.then((arrived) => (this.gone = !arrived));
  }

  /** Those of the same name have to wait for each other. */
  get turn(): string {
    return `${this.request.stack} ${this.request.path} ${this.identity ?? this.key}`;
  }

  /** @throws what `send` throws when nothing was made; GuardProblem with CREATE_UNCONFIRMED when nobody knows */
  async run(): Promise<GuardedAnswer> {
    const earlier = this.earlier();
    const written = earlier ?? (await this.writeDown());
    if ("headers" in written) return written;
    this.intent = written;
    let doubt = earlier !== undefined;
    let failure: Problem | undefined;
    for (let attempt = 1; ; attempt++) {
      if (doubt) {
        const found = await this.find(failure);
        if (found !== undefined) return found;
        if (failure !== undefined && attempt > this.tools.settings.attempts) throw failure;
      }
      const outcome = await this.attempt(written, doubt);
      if (outcome.kind === "answer") return outcome.answer;
      failure = outcome.problem;
      doubt = true;
      this.note("ambiguous", failure.code);
    }
  }

  /**
   * Sends it once.
   * @param doubt whether an attempt before may have been carried out
   * @returns a problem when this one may have been
   */
  private async attempt({ id }: Intent, doubt: boolean): Promise<Outcome> {
    const { journal } = this.tools;
    const outcome = await this.sendOnce();
    if (outcome.kind === "problem") {
      const { problem } = outcome;
      if (problem.ambiguous) return outcome;
      if (doubt) this.note("ambiguous", problem.code);
      else journal.resolved(id, problem.code);
      throw problem;
    }
    const { answer } = outcome;
    if (answer.status >= 400) {
      const there = isTaken(answer) ? await (doubt ? this.find(undefined) : this.toldBefore()) : undefined;
      if (there !== undefined) return { kind: "answer", answer: there };
      journal.resolved(id, String(answer.status));
      return outcome;
    }
    const made = madeBy(this.rule, this.parameters, answer);
    if (made === undefined) return { kind: "problem", problem: unreadable(this.request, this.rule, answer) };
    return journal.made(id, made.path) ? outcome : { kind: "problem", problem: taken(made) };
  }

  /** What was answered is known to the client now, or is still to be told. */
  delivered(arrived: boolean): void {
    if (arrived && this.intent !== undefined) this.tools.journal.answered(this.intent.id);
  }

  /** The same request, of which nobody knew the end. */
  private earlier(): Intent | undefined {
    const { journal, clock, log } = this.tools;
    const { stack, epoch, id } = this.request;
    const found = journal.open(stack, this.key);
    if (found === undefined) return undefined;
    if (clock.now() - found.writtenAt > (this.rule.standsForMs ?? Infinity)) {
      journal.resolved(found.id, "TOO_OLD");
      return undefined;
    }
    log(`${id} ${this.request.method} ${this.request.path}: looks for what an earlier attempt may have made`);
    journal.takeOver(found.id, epoch);
    return found;
  }

  private async writeDown(): Promise<Intent | GuardedAnswer> {
    const { journal, clock } = this.tools;
    const { account, stack, epoch, method, path } = this.request;
    await this.refuseLeftovers();
    const there = await this.before();
    if ("headers" in there) return there;
    const before = there.map(({ id }) => id);
    const { key, marks, identity } = this;
    const intent = { account, stack, epoch, method, path, key, marks, identity, before };
    const now = clock.now();
    return { ...intent, id: journal.write(intent), state: "written", writtenAt: now, changedAt: now };
  }

  /** @returns the API's own 404 when what it would be made in is not there: it would be answered like that, too */
  private async before(): Promise<Candidate[] | GuardedAnswer> {
    try {
      return await candidates(this.rule, this.parameters, this.marks, this.request, this.send);
    } catch (error) {
      const isWithin = this.rule.route.includes(":");
      const isRefused = error instanceof GuardProblem && error.code === "LISTING_REFUSED";
      if (isWithin && isRefused && error.upstreamStatus === 404) return notFound(error.message);
      throw error;
    }
  }

  /**
   * An action that the API refuses to carry out once more because it was: a client of this stack was answered with it, did not see its end, and asks again.
   * Nothing else has happened to the same thing since.
   */
  private async toldBefore(): Promise<GuardedAnswer | undefined> {
    const { rule, parameters, request, send } = this;
    const told = this.tools.journal.told(request.stack, this.key);
    if (rule.newestFirst !== true || rule.listing !== rule.route || told === undefined) return undefined;
    const path = filledIn(rule.listing, parameters);
    try {
      const [newest] = await readListing(request, send, { path, name: rule.items, onlyFirst: true });
      if (newest === undefined || at(newest, "status") === "errored") return undefined;
      const found = candidate(rule, parameters, newest);
      if (found.path !== told) return undefined;
      return await answerFor(rule, found, { request, send, upstream: this.tools.upstream });
    } catch {
      // The API has refused it: that is an answer.
      return undefined;
    }
  }

  /** What an earlier operation may have made in this one's place, asked for in another way. */
  private async refuseLeftovers(): Promise<void> {
    if (this.identity === undefined) return;
    const { journal } = this.tools;
    const { stack, path } = this.request;
    for (const other of journal.openLike(stack, path, this.identity)) {
      if (other.key === this.key) continue;
      const found = await this.looked(undefined, () => lookOnce(this.tools, other, this.looking));
      if (found !== undefined) throw leftover(this.rule.noun, found.path);
      journal.resolved(other.id, "NOT_FOUND");
    }
  }

  private async sendOnce(): Promise<Outcome> {
    if (this.gone) throw clientGone(this.request);
    this.note("sent");
    return outcomeOf(this.request, this.send(this.request));
  }

  /** @param failure why it is looked for; unknown when that was in an earlier operation */
  private async find(failure: Problem | undefined): Promise<GuardedAnswer | undefined> {
    const { journal, log, upstream } = this.tools;
    const { request, send, rule } = this;
    for (let looks = 1; looks <= mostAdoptions; looks++) {
      const { intent } = this;
      if (intent === undefined) return undefined;
      const found = await this.looked(failure, () => look(this.tools, intent, this.looking));
      if (found === undefined) return undefined;
      // Another request was answered with it in this moment.
      if (!journal.adopted(intent.id, intent.account, found.path, claimsSince(rule, intent))) continue;
      log(`${request.id} ${request.method} ${request.path}: ${found.path} is there, and is not made again`);
      return this.looked(failure, () => answerFor(rule, found, { request, send, upstream }));
    }
    return undefined;
  }

  private get looking() {
    const { rule, parameters, request, send } = this;
    return { rule, parameters, request, send };
  }

  private async looked<Result>(failure: Problem | undefined, looking: () => Promise<Result>): Promise<Result> {
    try {
      return await looking();
    } catch (error) {
      const problem = asProblem(error, this.request);
      if (problem.code === "CREATE_UNCONFIRMED") throw problem;
      throw unconfirmed(this.rule.noun, failure, problem);
    }
  }

  private note(state: "sent" | "ambiguous", reason = ""): void {
    const { journal, clock } = this.tools;
    if (this.intent === undefined) return;
    if (state === "sent") journal.sent(this.intent.id);
    else journal.ambiguous(this.intent.id, reason);
    this.intent = { ...this.intent, state, changedAt: clock.now(), ...(reason === "" ? {} : { reason }) };
  }
}

const mostAdoptions = 10;

/** The API's ways to say that there is one already. */
function isTaken({ status }: GuardedAnswer): boolean {
  return status === 409 || status === 422;
}
