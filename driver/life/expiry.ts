import { DriverError } from "../errors";
import type { Operation } from "../operation";
import { endOf } from "../request/time-to-live";
import type { DestroyResult } from "../results";
import type { StackId } from "../stack-id";
import type { Deployment, Deployments } from "./deployments";

/** A deployment whose time is over, or soon will be. */
export interface Expiring {
  readonly stack: StackId;
  /** When it was first brought about, in milliseconds since 1970. */
  readonly made: number;
  readonly ends: number;
  /** Whether people were told of this end. */
  readonly announced: boolean;
}

export interface ExpireOptions<Request> {
  /** The request that a stack was last deployed for, as it is today; undefined when nobody knows: then it stays. */
  readonly requestOf: (stack: StackId) => Promise<Request | undefined>;
  /** Tells people that a deployment will be removed. When it rejects, it is called again the next time. */
  readonly announce: (expiring: Expiring) => Promise<void>;
  /** How long before the end it is announced, in milliseconds. Default: a day. */
  readonly within?: number;
  /** How long after that at least nothing is removed, when it was announced late. Default: half an hour. */
  readonly notice?: number;
  /** Is handed each removal as it begins, to be watched. */
  readonly onRemoval?: (removal: Operation<DestroyResult>) => void;
  readonly signal?: AbortSignal;
}

/** What was done about those whose time is over. */
export interface ExpireReport {
  readonly announced: readonly Expiring[];
  readonly removed: readonly StackId[];
  /** Whose time is over, and who are there still: these are looked at again the next time. */
  readonly kept: readonly { readonly stack: StackId; readonly why: KeptBecause; readonly message?: string }[];
}

/**
 * - `protected`: its request says that nothing may remove it
 * - `busy`: somebody works on it
 * - `announced-lately`: people have not had the time to do something about it
 * - `unknown-request`: nobody knows what it was deployed for
 * - `failed`: it could not be removed, or not announced
 */
export type KeptBecause = "protected" | "busy" | "announced-lately" | "unknown-request" | "failed";

export const dayMs = 86_400_000;
const halfHourMs = 1_800_000;

/** @returns nothing when it is there for good */
export function expiringOf({ stack, made, timeToLive, announced }: Deployment): Expiring | undefined {
  const ends = timeToLive === undefined ? undefined : endOf(timeToLive, new Date(made))?.getTime();
  return ends === undefined ? undefined : { stack, made, ends, announced: announced?.end === ends };
}

/** What an expiry works with. */
export interface Means<Request> {
  readonly deployments: Deployments;
  readonly now: () => number;
  readonly timeToLiveOf: (request: Request) => string | undefined;
  readonly isProtected: (request: Request) => boolean;
  readonly destroy: (request: Request, signal: AbortSignal | undefined) => Operation<DestroyResult>;
}

/** Announces what will be removed, and removes what was announced and is over. One after the other: there is no hurry. */
export async function expire<Request>(means: Means<Request>, options: ExpireOptions<Request>): Promise<ExpireReport> {
  const announced: Expiring[] = [];
  const removed: StackId[] = [];
  const kept: ExpireReport["kept"][number][] = [];
  const { within = dayMs, signal } = options;
  for (const known of await means.deployments.all()) {
    signal?.throwIfAborted();
    const request = await options.requestOf(known.stack);
    const deployment = request === undefined ? known : await asRequested(known, request, means);
    const expiring = expiringOf(deployment);
    if (expiring === undefined || expiring.ends > means.now() + within) continue;
    const { stack } = expiring;
    try {
      if (!expiring.announced) {
        await options.announce(expiring);
        await means.deployments.announced(stack, { at: means.now(), end: expiring.ends });
        announced.push(expiring);
      }
      if (expiring.ends > means.now()) continue;
      const why = request === undefined ? "unknown-request" : whyNot(deployment, expiring, request, means, options);
      if (why !== undefined || request === undefined) {
        kept.push({ stack, why: why ?? "unknown-request" });
        continue;
      }
      const removal = means.destroy(request, signal);
      options.onRemoval?.(removal);
      await removal.result;
      removed.push(stack);
    } catch (error) {
      signal?.throwIfAborted();
      kept.push({ stack, ...reasonOf(error) });
    }
  }
  return { announced, removed, kept };
}

/** Its request may have got another time to live since it was deployed: that one counts. */
async function asRequested<Request>(known: Deployment, request: Request, means: Means<Request>): Promise<Deployment> {
  const timeToLive = means.timeToLiveOf(request);
  if (timeToLive === known.timeToLive) return known;
  await means.deployments.noted(known.stack, known.made, timeToLive);
  const { stack, made, announced } = known;
  return {
    stack,
    made,
    ...(timeToLive === undefined ? {} : { timeToLive }),
    ...(announced === undefined ? {} : { announced }),
  };
}

function whyNot<Request>(
  { announced }: Deployment,
  expiring: Expiring,
  request: Request,
  { isProtected, now }: Means<Request>,
  { notice = halfHourMs }: ExpireOptions<Request>,
): KeptBecause | undefined {
  if (isProtected(request)) return "protected";
  if (!expiring.announced || announced === undefined || now() < announced.at + notice) return "announced-lately";
  return undefined;
}

function reasonOf(error: unknown): { readonly why: KeptBecause; readonly message: string } {
  const message = error instanceof Error ? error.message : String(error);
  const code = error instanceof DriverError ? error.code : "";
  return { why: code === "STACK_BUSY" ? "busy" : code === "PROTECTED_FROM_REMOVAL" ? "protected" : "failed", message };
}
