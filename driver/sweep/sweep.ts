import { DriverError } from "../errors";
import type { Leases } from "../lease/lease";
import type { OperationContext } from "../operation";
import { askFor } from "../preparing";
import { Cloud } from "../recovery/cloud";
import { knownIn } from "../recovery/digitalocean-recovery";
import type { KnownCreations } from "../recovery/known-creations";
import { Redactor } from "../events/redact";
import { nameOf, type StackId } from "../stack-id";
import { parseState, type StateResource } from "../state/state";
import type { Shared } from "../work";
import { type Holding, holdingsOf } from "./holdings";

/** Something in the account that looks like ours and is in no state. */
export interface Finding extends Holding {
  /** Whose it is: as our own record of what was made has it, or by its name. */
  readonly stack?: string;
  /** `record`: a guard wrote down that an operation of ours made it. `name`: it is only called like ours. */
  readonly known: "record" | "name";
  /** Why it will not be removed, whoever asks; absent: it will be, on request. */
  readonly keeps?: string;
}

export interface SweepReport {
  readonly findings: readonly Finding[];
  /** Stacks whose state was compared. */
  readonly stacks: number;
  /** Stacks whose state can't be read: what is theirs may be among the findings, so nothing is removed. */
  readonly unreadable: readonly StackId[];
  readonly removed: readonly Holding[];
  /** What was to be removed and could not be. */
  readonly failed: readonly { readonly path: string; readonly why: string }[];
}

export interface SweepOptions {
  /** Paths of findings of an earlier sweep that are to be removed, such as `/v2/droplets/5`. Default: nothing is. */
  readonly remove?: readonly string[];
  /** For everything, in milliseconds. Default: five minutes. */
  readonly timeoutMs?: number;
}

/** Something is to be removed that a sweep does not remove. */
export class NotSwept extends DriverError {
  override readonly name = "NotSwept";
  readonly code = "NOT_SWEPT";

  constructor(readonly refused: readonly { readonly path: string; readonly why: string }[]) {
    super(
      `nothing was removed, because these are not for a sweep: ${refused.map(({ path, why }) => `${path} (${why})`).join(", ")}. ` +
        "Leave them out, or remove them in the cloud's control panel when it is certain that nobody needs them.",
    );
  }
}

/** The sweep took too long. */
export class SweepTimedOut extends DriverError {
  override readonly name = "SweepTimedOut";
  readonly code = "SWEEP_TIMED_OUT";

  constructor(readonly afterMs: number) {
    super(`the sweep was stopped after ${Math.round(afterMs / 1000)} s. Run it again when the cloud answers faster.`);
  }
}

/**
 * Looks for what the account holds with our names and no state has. The stack of the context is the sweep's own: by it two sweeps keep out
 * of each other's way, and a guard knows who asks.
 */
export async function sweep(
  { settings, states }: Shared,
  context: OperationContext,
  project: string,
  { remove = [], timeoutMs = 300_000 }: SweepOptions,
): Promise<SweepReport> {
  const { stack, id, kind, signal: cancelled } = context;
  const { leases, credentials } = settings;
  const lease = await leases.acquire({ stack, operation: id, kind }, cancelled);
  const late = AbortSignal.timeout(timeoutMs);
  const signal = AbortSignal.any([cancelled, lease.lost, late]);
  try {
    const access = await askFor({ settings }, { context, redactor: new Redactor() });
    const creations = credentials.mode === "guard" ? credentials.creations?.(stack) : undefined;
    const cloud = new Cloud(access, signal);
    // First the account, then the states: what is made meanwhile is in no listing, and not the other way round.
    const holdings = await holdingsOf(cloud);
    const known = await stacksIn(states);
    const findings = await judged({ holdings, known, creations, leases, project });
    const { unreadable, stacks } = known;
    const refused = remove.flatMap((path) => refusal(path, findings));
    if (refused.length > 0) throw new NotSwept(refused);
    const wanted = findings.filter(({ path }) => remove.includes(path));
    const done = await removed(wanted, cloud);
    return { findings: findings.filter((one) => !done.removed.includes(one)), stacks, unreadable, ...done };
  } catch (error) {
    throw late.aborted && !cancelled.aborted ? new SweepTimedOut(timeoutMs) : error;
  } finally {
    await lease.release();
  }
}

interface KnownStacks {
  readonly ids: readonly StackId[];
  readonly resources: readonly StateResource[];
  readonly stacks: number;
  readonly unreadable: readonly StackId[];
}

/** All stacks of the backend, whatever their project: a name is no proof of whose something is. */
async function stacksIn(states: Shared["states"]): Promise<KnownStacks> {
  const ids = await states.list();
  const resources: StateResource[] = [];
  const unreadable: StackId[] = [];
  for (const id of ids) {
    try {
      const text = await states.text(id);
      if (text === undefined) continue;
      const state = parseState(id, text);
      resources.push(...state.resources, ...state.pending.map(({ resource }) => resource));
    } catch {
      unreadable.push(id);
    }
  }
  return { ids, resources, stacks: ids.length - unreadable.length, unreadable };
}

interface Evidence {
  readonly holdings: readonly Holding[];
  readonly known: KnownStacks;
  readonly creations: KnownCreations | undefined;
  readonly leases: Leases;
  readonly project: string;
}

async function judged({ holdings, known, creations, leases, project }: Evidence): Promise<readonly Finding[]> {
  const isKnown = knownIn(known.resources);
  const made = new Map((creations?.made?.() ?? []).map(({ resource = "", stack }) => [resource, stack] as const));
  const names = known.ids.map(nameOf);
  const findings: Finding[] = [];
  for (const holding of holdings) {
    if (isKnown(holding.path)) continue;
    const recorded = made.get(holding.path);
    const isOurs = recorded?.startsWith(`${project}/`) === true;
    const byName = [holding.name, ...holding.tags].some((one) => one.startsWith(`${project}-`));
    if (!isOurs && !byName) continue;
    const stack = isOurs ? recorded : names.find((one) => isCalledFor(holding, one));
    const keeps = await whyKept(holding, { isOurs, stack, known, leases });
    findings.push({
      ...holding,
      known: isOurs ? "record" : "name",
      ...(stack === undefined ? {} : { stack }),
      ...(keeps === undefined ? {} : { keeps }),
    });
  }
  return findings;
}

function isCalledFor({ name, tags }: Holding, stack: string): boolean {
  const begin = `${stack.replace("/", "-")}-`;
  return [name, ...tags].some((one) => `${one}-`.startsWith(begin));
}

async function whyKept(
  { type }: Holding,
  {
    isOurs,
    stack,
    known,
    leases,
  }: {
    readonly isOurs: boolean;
    readonly stack: string | undefined;
    readonly known: KnownStacks;
    readonly leases: Leases;
  },
): Promise<string | undefined> {
  if (!isOurs) return "it is only called like ours: nothing of ours has written down that it made it";
  // An address goes from hand to hand: what was ours once may be another's by now.
  if (type === "reserved IP") return "an address that was let go may be somebody else's by now";
  if (known.unreadable.length > 0) return "it may be of a stack whose state can't be read";
  const [project = "", name = ""] = stack?.split("/") ?? [];
  if ((await leases.holder({ project, stack: name })) !== undefined)
    return "its stack is being worked on, or has to be settled";
  return undefined;
}

function refusal(path: string, findings: readonly Finding[]): { readonly path: string; readonly why: string }[] {
  const found = findings.find((one) => one.path === path);
  if (found === undefined) return [{ path, why: "it is no finding of this sweep" }];
  return found.keeps === undefined ? [] : [{ path, why: found.keeps }];
}

/** In the order of the collections: a network goes when nothing is in it any more. */
async function removed(
  wanted: readonly Finding[],
  cloud: Cloud,
): Promise<Pick<SweepReport, "removed" | "failed"> & { readonly removed: readonly Finding[] }> {
  const done: Finding[] = [];
  const failed: { path: string; why: string }[] = [];
  for (const one of wanted) {
    const why = await cloud.remove(one.path);
    if (why === undefined) done.push(one);
    else failed.push({ path: one.path, why });
  }
  return { removed: done, failed };
}
