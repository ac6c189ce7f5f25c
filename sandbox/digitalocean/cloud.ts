import { type Clock, systemClock } from "../clock";
import type { Hosts } from "../hosts/hosts";
import { rangeWith } from "./addresses";
import { Consistency } from "./consistency";
import { type ApiError, serverError } from "./errors";
import { type Interference, noInterference, type Trouble } from "./interference";
import { isShown } from "./models/actions";
import { keepUsage } from "./models/usage";
import { type Context, type Desk, type Mail, operationOf, type Outcome } from "./operations";
import { roomView, type RoomView, tell } from "./room";
import { type Action, type CloudState, type Droplet, timestamp } from "./state";
import { emptyState, type Store } from "./store";

/** The addresses of the droplets belong to another sandbox by now. */
export class LostRanges extends Error {
  override readonly name = "LostRanges";
  readonly code = "LOST_RANGES";

  constructor(now: readonly string[]) {
    super(
      `the addresses of this sandbox's droplets were given to another sandbox on this machine, it has ${now.join(", ")} now: ` +
        "stop or reset a sandbox you don't need, or start anew with `deploy4me sandbox reset`.",
    );
  }
}

export interface CloudOptions {
  readonly store: Store;
  readonly hosts: Hosts;
  /** Default: the machine's own time. */
  readonly clock?: Clock;
  /** What happened and why something failed; never a secret. */
  readonly log: (line: string) => void;
  /** Brings the account's owner a mail, which may hold a password. Default: there is no such way, and what needs one fails. */
  readonly mail?: (mail: Mail) => Promise<void>;
  /** What makes actions go wrong on purpose. Default: nothing. */
  readonly interference?: Interference;
}

/**
 * The state, the machine room, and the one way to change both: every change is a transaction, one after another. It is
 * computed on a copy, told to the room, written to the disk, and only then seen by anybody. What it leaves in progress
 * (a machine that has to boot, say) runs beside, one operation per droplet at a time, and ends with a change of its own.
 */
export class Cloud {
  readonly hosts: Hosts;
  readonly clock: Clock;
  /** How late it is with what it shows. */
  readonly consistency: Consistency;
  private readonly store: Store;
  private readonly log: (line: string) => void;
  private readonly mail: (mail: Mail) => Promise<void>;
  private readonly interference: Interference;
  private current: CloudState;
  private told: RoomView | undefined;
  private queue: Promise<unknown> = Promise.resolve();
  private readonly running = new Map<number, Promise<void>>();
  /** Of those, the ones that are held up on purpose. */
  private readonly held = new Set<number>();
  private closing = false;

  private constructor({
    store,
    hosts,
    clock = systemClock,
    log,
    mail = noMail,
    interference = noInterference,
  }: CloudOptions) {
    this.store = store;
    this.hosts = hosts;
    this.clock = clock;
    this.consistency = new Consistency(clock);
    this.log = log;
    this.mail = mail;
    this.interference = interference;
    this.current = store.read() ?? emptyState(timestamp(clock.now()));
  }

  /**
   * Brings back what was kept: networks, filters, addresses and names first, then all machines that were on, side by
   * side, then what was in progress when the daemon ended.
   */
  static async open(options: CloudOptions): Promise<Cloud> {
    const cloud = new Cloud(options);
    await cloud.restore();
    return cloud;
  }

  /** What everybody may see. Only {@link change} changes it. */
  get state(): Readonly<CloudState> {
    return this.current;
  }

  /**
   * Changes the state.
   * @param edit works on a copy; when it throws, nothing has happened
   * @throws ApiError 500 when the machine room refuses: then the state is as it was before, and the log says why
   */
  change<Result>(edit: (draft: CloudState, context: Context) => Result): Promise<Result> {
    const turn = this.queue.then(async () => {
      const draft = structuredClone(this.current);
      const result = edit(draft, this.context());
      await this.commit(draft);
      return result;
    });
    this.queue = turn.catch(() => undefined);
    return turn;
  }

  /**
   * Waits for the end of an action that belongs to the request itself.
   * @throws ApiError 500 when it fails, or the daemon ends before: it is gone on with at the next start
   */
  async carriedOut({ id }: Pick<Action, "id">): Promise<void> {
    await this.running.get(id);
    const action = this.current.actions.find((one) => one.id === id);
    if (action?.status !== "completed") throw notCarriedOut();
  }

  /** Whether a droplet's machine runs, as the room sees it. */
  isRunning({ id }: Pick<Droplet, "id">): boolean {
    return this.hosts.status(id) === "active";
  }

  /** Resolves when nothing is in progress any more but what is held up on purpose. */
  async settled(): Promise<void> {
    for (;;) {
      await this.queue;
      const going = [...this.running].filter(([id]) => !this.held.has(id));
      if (going.length === 0) return;
      await Promise.all(going.map(([, run]) => run));
    }
  }

  /** Notes which machines are on, and starts nothing any more. What is in progress is gone on with at the next start. */
  async close(graceMs: number): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const grace = new Promise<void>((resolve) => (timer = setTimeout(resolve, graceMs)));
    this.consistency.release();
    await Promise.race([this.settled(), grace]);
    clearTimeout(timer);
    this.closing = true;
    await this.queue;
    const draft = structuredClone(this.current);
    const busy = busyMachines(draft);
    for (const droplet of draft.droplets) {
      if (droplet.made && !busy.has(droplet.id)) droplet.power = this.isRunning(droplet) ? "on" : "off";
    }
    this.store.write(draft);
    this.current = draft;
  }

  private context(): Context {
    return { ranges: this.hosts.ranges, now: timestamp(this.clock.now()) };
  }

  private async commit(draft: CloudState): Promise<void> {
    keepUsage(draft, timestamp(this.clock.now()));
    const view = roomView(draft);
    try {
      await tell(this.hosts, view, this.told);
    } catch (error) {
      this.log(`the machine room refused a change, it is taken back: ${reason(error)}`);
      await this.takeBack();
      throw notCarriedOut();
    }
    this.told = view;
    this.store.write(draft);
    this.consistency.made(this.current.next.droplet, draft.next.droplet);
    this.current = draft;
    this.startWhatIsInProgress(false);
  }

  private async takeBack(): Promise<void> {
    const view = roomView(this.current);
    this.told = undefined;
    try {
      await tell(this.hosts, view, undefined);
      this.told = view;
    } catch (error) {
      // The next change tells everything again.
      this.log(`the machine room could not be put back either: ${reason(error)}`);
    }
  }

  private async restore(): Promise<void> {
    this.refuseOtherRanges();
    this.store.write(this.current);
    const view = roomView(this.current);
    await tell(this.hosts, view, undefined);
    this.told = view;
    const busy = busyMachines(this.current);
    const on = this.current.droplets.filter(({ id, made, power }) => made && power === "on" && !busy.has(id));
    await Promise.all(
      on.map(async ({ id, name }) => {
        try {
          await this.hosts.powerOn(id);
          this.log(`droplet ${id} (${name}) is on again`);
        } catch (error) {
          this.log(`droplet ${id} (${name}) could not be switched on again: ${reason(error)}`);
        }
      }),
    );
    this.startWhatIsInProgress(true);
  }

  /** A sandbox that was closed for long may have lost its ranges to another one on this machine. */
  private refuseOtherRanges(): void {
    const { public: publicRanges, reserved } = this.hosts.ranges;
    const lost = [
      ...this.current.droplets.filter(({ publicIpv4: ip }) => ip !== undefined && !rangeWith(ip, publicRanges)),
      ...this.current.reservedIps.filter(({ ip }) => rangeWith(ip, reserved) === undefined),
    ];
    if (lost.length > 0) throw new LostRanges(publicRanges);
  }

  /** An action that is in progress and does not run yet is new, or was left behind by a daemon that was killed. */
  private startWhatIsInProgress(again: boolean): void {
    if (this.closing) return;
    for (const action of this.current.actions) {
      if (!isInProgress(action) || this.running.has(action.id)) continue;
      const run = this.run(action, again).finally(() => this.running.delete(action.id));
      this.running.set(action.id, run);
    }
  }

  private async run(action: Action, again: boolean): Promise<void> {
    const operation = operationOf(action);
    const what = `${action.type} of ${targetName(this.current, action)} (action ${action.id})`;
    const started = Date.now();
    const began = this.clock.now();
    let outcome: Outcome = {};
    const desk = { mail: this.mail, note: (noted: Outcome) => void (outcome = noted), log: this.log };
    try {
      const act = again ? (operation.again ?? operation.act) : operation.act;
      const trouble = again || !isShown(action) ? {} : this.interference.onAction(action, this.current);
      await this.suffer(action, trouble);
      // What can't be taken back is not even begun.
      if (trouble.errored === undefined || operation.undo !== undefined)
        await act?.(this.hosts, this.current, action, desk);
      if (trouble.errored !== undefined) throw new Error(trouble.errored);
      if (isShown(action)) await this.consistency.lasted(began);
      if (this.closing) return;
      const finish = (draft: CloudState, context: Context): void => {
        operation.done?.(draft, action, context, outcome);
        end(draft, action.id, "completed", context);
      };
      await this.change(finish).catch((error: unknown) => {
        // What a machine or a disk has gone through is so, and there is no way back.
        if (act === undefined || operation.undo !== undefined) throw error;
        return this.changeUntold(finish);
      });
      this.log(`${what} completed in ${((Date.now() - started) / 1000).toFixed(1)} s`);
    } catch (error) {
      if (this.closing) return;
      this.log(`${what} failed: ${reason(error)}`);
      await this.giveUp(action, desk);
    }
  }

  private async suffer({ id, target }: Action, { stuck, machine }: Trouble): Promise<void> {
    if (stuck !== undefined) {
      this.held.add(id);
      await stuck;
      this.held.delete(id);
      if (this.closing) throw new Error("it was held up until the sandbox was closed");
    }
    if (machine === undefined || target.kind !== "droplet") return;
    await this.change((draft) => {
      const droplet = draft.droplets.find((one) => one.id === target.dropletId);
      if (droplet !== undefined) droplet.machineFault = machine;
    });
  }

  private async giveUp(action: Action, desk: Desk): Promise<void> {
    const operation = operationOf(action);
    const cleared = await attempt(() => operation.undo?.(this.hosts, this.current, action, desk), this.log);
    const edit = (draft: CloudState, context: Context): void => {
      if (cleared) operation.failed?.(draft, action, context);
      end(draft, action.id, "errored", context);
    };
    try {
      await this.change(edit);
    } catch {
      await this.changeUntold(edit).catch((error: unknown) => {
        this.log(`action ${action.id} could not even be marked as errored: ${reason(error)}`);
      });
    }
  }

  /** For what is so whatever the room says: an action has ended, one way or the other. The next change tells it all. */
  private changeUntold(edit: (draft: CloudState, context: Context) => void): Promise<void> {
    const turn = this.queue.then(() => {
      const draft = structuredClone(this.current);
      const context = this.context();
      edit(draft, context);
      keepUsage(draft, context.now);
      this.told = undefined;
      this.store.write(draft);
      this.current = draft;
    });
    this.queue = turn.catch(() => undefined);
    return turn;
  }
}

function noMail(): Promise<void> {
  return Promise.reject(new Error("there is no way for a mail to the account's owner"));
}

function notCarriedOut(): ApiError {
  return serverError("The sandbox could not carry this out; its log (daemon.log) says why.");
}

async function attempt(act: () => Promise<void> | undefined, log: (line: string) => void): Promise<boolean> {
  try {
    await act();
    return true;
  } catch (error) {
    log(`and what was left could not be removed: ${reason(error)}`);
    return false;
  }
}

function isInProgress({ status }: Action): boolean {
  return status === "in-progress";
}

/** The machines something is being done to: whether they are on is up to that. */
function busyMachines({ actions }: CloudState): ReadonlySet<number> {
  const busy = actions.filter((action) => isInProgress(action) && operationOf(action).act !== undefined);
  return new Set(busy.flatMap(({ target }) => (target.kind === "droplet" ? [target.dropletId] : [])));
}

function targetName(state: CloudState, { target }: Action): string {
  switch (target.kind) {
    case "droplet":
      return `droplet ${target.dropletId} (${state.droplets.find(({ id }) => id === target.dropletId)?.name ?? "gone"})`;
    case "volume":
      return `volume ${target.volumeId}`;
    case "image":
      return `image ${target.imageId}`;
    default:
      return target.ip;
  }
}

function end(draft: CloudState, id: number, status: "completed" | "errored", { now }: Context): void {
  const action = draft.actions.find((one) => one.id === id);
  if (action === undefined) return;
  action.status = status;
  action.completedAt = now;
}

function reason(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
