import { z } from "zod";

import { contractFor } from "../../connections/digitalocean/contract";
import type { GuardedRequest } from "../exchange";

/** How long an answer has to be for a sample of it to be worth it, in bytes: 64 KiB are parsed and checked in a third of a millisecond. */
const longFrom = 64 * 1024;
/** What is looked at: this many of the first items, as far as they lie within the first 24 KiB, and what comes after the last one. */
const atMost = { items: 8, head: 24 * 1024, tail: 2048 } as const;
/** For how long a listing that was right to its last item is taken for right in between, in milliseconds. */
const trustedFor = 60_000;

/** What every listing of DigitalOcean's has after its last item, and nothing within one. */
const end = z.strictObject({
  links: z.looseObject({}),
  meta: z.looseObject({ total: z.int().nonnegative() }),
});

/**
 * A long listing with most of its items left out: its beginning, and its end, which shows that it is whole. It is JSON again.
 * @param pieces of the whole answer, one after the other
 * @returns undefined for what is short, is no listing, or does not end as one: then all of it has to be read
 */
export function sampleOf(pieces: readonly Buffer[]): Buffer | undefined {
  if (lengthOf(pieces) < longFrom) return undefined;
  const head = firstOf(pieces, atMost.head);
  const opened = /^\s*\{\s*"\w+"\s*:\s*\[/.exec(head.toString("latin1", 0, 100))?.[0];
  const items = opened === undefined ? undefined : endOfItems(head, opened.length);
  const rest = items === undefined ? undefined : afterList(lastOf(pieces, atMost.tail));
  if (rest === undefined) return undefined;
  return Buffer.concat([head.subarray(0, items), Buffer.from("],"), rest]);
}

/** Which listings were right to their last item a short while ago. */
export class LatelyRight {
  private readonly until = new Map<string, number>();

  /** Whether a sample is enough: not for what is read for its items, nor for what we have no contract of. */
  isSampled({ method, path, thorough }: GuardedRequest, now: number): boolean {
    if (method !== "GET" || thorough === true) return false;
    const until = this.until.get(contractFor(method, path, 200)?.operation ?? "");
    return until !== undefined && now < until && until <= now + trustedFor;
  }

  /** @param right whether the whole answer was found to be as it should be */
  note({ method, path }: GuardedRequest, right: boolean, now: number): void {
    const operation = method === "GET" ? contractFor(method, path, 200)?.operation : undefined;
    if (operation === undefined) return;
    if (right) this.until.set(operation, now + trustedFor);
    else this.until.delete(operation);
  }
}

/** Where the last of the items ends that lie within these bytes as a whole. */
function endOfItems(head: Buffer, from: number): number | undefined {
  let [depth, items, inString, found] = [0, 0, false, undefined as number | undefined];
  for (let at = from; at < head.length; at++) {
    const byte = head[at];
    if (inString) {
      if (byte === 0x5c) at++;
      else if (byte === 0x22) inString = false;
    } else if (byte === 0x22) inString = true;
    else if (byte === 0x7b || byte === 0x5b) depth++;
    else if (byte === 0x7d || byte === 0x5d) {
      if (--depth < 0) return undefined;
      if (depth > 0) continue;
      found = at + 1;
      if (++items === atMost.items) break;
    }
  }
  return found;
}

/** What comes after the list, as it stands there; no string has it, because a quote within one has a backslash before it. */
function afterList(tail: Buffer): Buffer | undefined {
  const text = tail.toString("latin1");
  const closing = [...text.matchAll(/\]\s*,\s*(?="(?:links|meta)"\s*:)/g)].at(-1);
  if (closing === undefined) return undefined;
  const rest = tail.subarray(closing.index + closing[0].length);
  try {
    return end.safeParse(JSON.parse(`{${rest.toString()}`)).success ? rest : undefined;
  } catch {
    return undefined;
  }
}

export function lengthOf(pieces: readonly Buffer[]): number {
  return pieces.reduce((sum, piece) => sum + piece.length, 0);
}

function firstOf(pieces: readonly Buffer[], length: number): Buffer {
  const first = pieces[0] ?? Buffer.alloc(0);
  return (first.length >= length ? first : Buffer.concat(pieces)).subarray(0, length);
}

function lastOf(pieces: readonly Buffer[], length: number): Buffer {
  const last = pieces.at(-1) ?? Buffer.alloc(0);
  return (last.length >= length ? last : Buffer.concat(pieces.slice(-2))).subarray(-length);
}
