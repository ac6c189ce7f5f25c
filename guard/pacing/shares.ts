import { type Caps, newcomers, type Window, windows } from "./limits";

/** A stack among those that ask one account. */
export interface Flow {
  readonly stack: string;
  /** Answered requests that still count. */
  readonly counted: Record<Window, number>;
  /** Requests without an answer yet, in all processes: each may come to count at any time. */
  open: number;
  /** Of start-time fair queueing: where its next request starts in the account's virtual time, if it waits already. */
  start: number;
  /** How many requests of it wait, in all processes. */
  waiting: number;
}

/** One account at one moment. */
export interface Standing {
  readonly flows: ReadonlyMap<string, Flow>;
  readonly caps: Caps;
  /** Counted requests that did not come through here, or came from another machine. */
  readonly others: Readonly<Record<Window, number>>;
  /** Virtual time: the start of the request that was let in last. */
  virtualTime: number;
}

/** What counts in a window, and how many stacks share it: those that have asked in it, and those that wait. */
export interface Use {
  sum: number;
  among: number;
}

export function use({ flows, others }: Standing): Readonly<Record<Window, Use>> {
  const uses = { minute: { sum: others.minute, among: 0 }, hour: { sum: others.hour, among: 0 } };
  for (const flow of flows.values()) {
    for (const window of windows) {
      const own = used(flow, window);
      uses[window].sum += own;
      if (flow.waiting > 0 || own > 0) uses[window].among++;
    }
  }
  return uses;
}

/** A request without an answer counts in full: it may reach the API at any moment. */
export function used({ counted, open }: Flow, window: Window): number {
  return counted[window] + open;
}

/** How many requests a stack that waits may send now. */
export function room({ caps }: Standing, flow: Flow, uses: Readonly<Record<Window, Use>>): number {
  return Math.min(...windows.map((window) => left(window, caps[window], uses[window], used(flow, window))));
}

/**
 * A stack may always use what is over when its fellows' part is kept free; of that part it may have what it lacks to its fair share.
 * @param own what of the sum is this stack's
 */
export function left(window: Window, cap: number, { sum, among }: Use, own: number): number {
  const common = Math.floor(cap * (1 - newcomers[window])) - sum;
  const lacking = Math.max(1, Math.floor(cap / Math.max(2, among))) - own;
  return Math.max(common, Math.min(cap - sum, lacking));
}

/**
 * A stack that did not wait begins to: from now on it has its place, however long it has to wait. One that was silent has saved nothing
 * up, and one that has had more than others while there was room owes them nothing.
 */
export function queueUp({ virtualTime }: Standing, flow: Flow): void {
  flow.start = Math.max(flow.start, virtualTime);
}

/** Who is let in before whom: the earlier start (P. Goyal et al., «Start-time Fair Queuing», SIGCOMM 1996), then by name. */
export function comesBefore(one: Flow, other: Flow): boolean {
  return one.start === other.start ? one.stack < other.stack : one.start < other.start;
}

/** How many of the other's waiting requests come before the next one of this stack. */
function ahead(flow: Flow, other: Flow): number {
  const lead = flow.start - other.start + (other.stack < flow.stack ? 1 : 0);
  return Math.min(other.waiting, Math.max(0, lead));
}

/**
 * Lets a request of a stack that waits in when there is room for it beside those that come before it, wherever they wait. The standing
 * changes with it.
 * @returns why not, or nothing
 */
export function enter(standing: Standing, flow: Flow): "no-room" | "not-yet" | undefined {
  const uses = use(standing);
  const free = room(standing, flow, uses);
  if (free <= 0) return "no-room";
  let before = 0;
  for (const other of standing.flows.values()) {
    if (other === flow || other.waiting === 0) continue;
    before += Math.min(ahead(flow, other), Math.max(0, room(standing, other, uses)));
  }
  if (free <= before) return "not-yet";
  standing.virtualTime = Math.max(standing.virtualTime, flow.start);
  flow.start++;
  flow.open++;
  flow.waiting--;
  return undefined;
}
