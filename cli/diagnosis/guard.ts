import { existsSync } from "node:fs";
import { join } from "node:path";

import { recordedDrifts } from "../../guard/drift-record";
import type { Intent } from "../../guard/intents/intent";
import { Journal } from "../../guard/intents/journal";
import { heldLeases } from "../../guard/leases";
import { type Budget, budgets } from "../../guard/pacing/budget";
import { connectionsDirectory, type Home } from "../home";
import type { Finding } from "./finding";

/** What was seen last before this time, a newer version may have mended: a week, in milliseconds. */
const recent = 7 * 24 * 3_600_000;
/** Below this part of an hour's requests, it is worth knowing. */
const little = 1 / 10;

/** How much each account may still be asked. */
export function limits(home: Home, now: number = Date.now()): Finding[] {
  return budgets(file(home), now).map((budget) => {
    const { account, hour, minute, stacks, quietUntil } = budget;
    const left = Math.max(0, hour.cap - hour.ours - hour.others);
    const details = { ...budget, left };
    const spent = `${hour.ours} by ${stacks === 1 ? "one stack" : `${stacks} stacks`} through this machine's guards${hour.others > 0 ? `, ${hour.others} by others` : ""}`;
    if (quietUntil !== undefined)
      return of(
        "limits",
        account,
        "note",
        `Its API wants to be left alone until ${quietUntil.toISOString()}: commands wait for that. See what else asks it so often.`,
        details,
      );
    const sentence = `${left} of ${hour.cap} requests are left in this hour (${spent}), and ${leftOf(minute)} of ${minute.cap} in this minute.`;
    if (left >= hour.cap * little) return of("limits", account, "ok", sentence, details);
    const advice =
      hour.others > hour.ours
        ? "See what else uses this account's API."
        : "Large commands will have to wait: run fewer at once.";
    return of("limits", account, "note", `${sentence} ${advice}`, details);
  });
}

function leftOf({ cap, ours, others }: Budget["minute"]): number {
  return Math.max(0, cap - ours - others);
}

/** What has changed in the API, as the guard has seen it. */
export function drifts(home: Home, now: number = Date.now()): Finding[] {
  const found = recordedDrifts(file(home), now);
  if (found.length === 0) return [of("api", "contract", "ok", "No answer differed from what we rely on.")];
  return found.map(({ operation, field, expected, found: is, essential, firstSeen, lastSeen, count }) => {
    const what = `${field === "" ? "The answer" : `«${field}»`} should be ${expected} and is ${is}, ${times(count)} from ${firstSeen.toISOString()} to ${lastSeen.toISOString()}.`;
    const advice = essential
      ? "Answers like this are not handed on. Update deploy4me; if there is no newer version, report it with this line."
      : "Nothing depends on it; update deploy4me when there is a newer version.";
    const isRecent = now - lastSeen.getTime() < recent;
    const details = { operation, field, expected, found: is, essential, firstSeen, lastSeen, count };
    return of("api", operation, essential && isRecent ? "attention" : "note", `${what} ${advice}`, details);
  });
}

/** Writes of which nobody knows the end, in stacks on which nothing works now. */
export function writes(home: Home, now: number = Date.now()): Finding[] {
  const path = file(home);
  if (!existsSync(path)) return [];
  const working = new Map(heldLeases(path).map((lease) => [lease.stack, lease]));
  const journal = Journal.open({ file: path, now: () => now });
  try {
    const open = journal.unfinished();
    const left = open.filter(({ stack, epoch }) => working.get(stack)?.epoch !== epoch);
    const running = [...working.values()].map(({ stack, holder, pid, since }) =>
      of("writes", stack, "note", `«${holder}» (process ${pid}) works on it since ${since.toISOString()}.`, {
        holder,
        pid,
        since,
      }),
    );
    const findings = left.map(openWrite);
    return findings.length > 0
      ? [...running, ...findings]
      : [...running, of("writes", "journal", "ok", "Of every write, the end is known.")];
  } finally {
    journal.close();
  }
}

function openWrite({ stack, method, path, resource, reason, state, writtenAt, identity }: Intent): Finding {
  const what = `${method} ${path}${identity === undefined ? "" : ` («${identity}»)`} of ${new Date(writtenAt).toISOString()}`;
  const sentence =
    resource === undefined
      ? `Nobody knows whether ${what} was carried out${reason === undefined ? "" : ` (${reason})`}. Run the stack's last command again: the guard looks first, and takes what is there.`
      : `${what} made ${resource}, and the client was never told. Run the stack's last command again: it gets it. If the stack is given up, delete ${resource} in the control panel, or it goes on costing.`;
  return of("writes", stack, "attention", sentence, {
    method,
    path,
    state,
    resource,
    reason,
    identity,
    writtenAt: new Date(writtenAt),
  });
}

function of(
  area: Finding["area"],
  subject: string,
  state: Finding["state"],
  sentence: string,
  details?: object,
): Finding {
  return { area, subject, state, sentence, ...(details === undefined ? {} : { details: { ...details } }) };
}

function times(count: number): string {
  return count === 1 ? "once" : `${count} times`;
}

function file(home: Home): string {
  return join(connectionsDirectory(home), "guard.db");
}
