import { randomBytes } from "node:crypto";

import { ConnectionLost, type Place, SshError, Timeout, Unreachable } from "../errors";
import { connect, type ConnectOptions, type SshSession, type SshTarget } from "../ssh";
import { succeed } from "../succeed";
import { whatCutsTheWayIn } from "./admission";
import { beginScript, type Change, type ChangeState, concludeScript, outcomeScript, parseState } from "./change";
import { type Chains, linesOf, restoreText } from "./chains";
import { ChangeUnsettled, RulesetNotInForce, RulesetRejected, WayInCut } from "./errors";
import { lockSeconds, windowSeconds } from "./guard";
import { observe, type Observation } from "./observation";

export interface ApplyOptions {
  /** How the first connection is made. */
  readonly connect?: ConnectOptions;
  readonly progress?: (line: string) => void;
}

/**
 * Puts rules in force: all tables and both families, or none; foreign rules are removed. They are kept, for the next boot
 * too, once a new connection, over every hop, got through. Otherwise the machine has its former rules back within 30 s, even when
 * it can't be reached any more. Existing connections stay.
 * @param owner whose rules these are; see {@link withdrawRules}
 * @throws RulesetRejected | WayInCut | ChangeUnsettled | RulesetNotInForce
 */
export async function applyRules(
  target: SshTarget,
  rules: Chains,
  owner: string,
  options: ApplyOptions = {},
): Promise<Observation> {
  const change: Change = { token: newToken(), rules, mode: "rules", owner };
  return carryOut(target, change, options, async (session) => {
    const found = await observe(session, rules);
    const differences = differencesBetween(rules, found.rules);
    if (differences.length > 0) throw new RulesetNotInForce(session.place, differences);
    return found;
  });
}

/**
 * Takes our rules back and leaves the machine with its baseline, not open. Does nothing where there is no baseline, or where
 * other rules than this owner's stand by now: a machine that was made anew under the same address has its own.
 * @throws WayInCut | ChangeUnsettled
 */
export async function withdrawRules(target: SshTarget, owner: string, options: ApplyOptions = {}): Promise<void> {
  const change: Change = { token: newToken(), rules: {}, mode: "baseline", owner };
  await carryOut(target, change, options, () => Promise.resolve());
}

async function carryOut<T>(
  target: SshTarget,
  change: Change,
  { progress = () => undefined, ...options }: ApplyOptions,
  afterwards: (session: SshSession) => Promise<T>,
): Promise<T> {
  const session = await connect(target, options.connect);
  try {
    const { place } = session;
    const word = await begin(session, change);
    if (leavesAlone.includes(word)) {
      progress(`Firewall of ${place.host}: left as it is (${word})`);
      return await afterwards(session);
    }
    const what = change.mode === "rules" ? "new rules" : "baseline";
    progress(`Firewall of ${place.host}: ${what} in force, confirming by a new connection`);
    const fresh = await reach(target, session, change);
    try {
      settled(place, change, await lastWord(fresh, concludeScript(change.token, "confirm")));
      return await afterwards(fresh);
    } finally {
      fresh.close();
    }
  } finally {
    session.close();
  }
}

/** Words of the guard that end a withdrawal before it begins. */
const leavesAlone = ["not ours", "no baseline"];

/** @returns the guard's word; `applied` as well when the answer was lost, because the new rules may be what cut it off */
async function begin(session: SshSession, change: Change): Promise<string> {
  const timeoutMs = (lockSeconds + windowSeconds + 10) * 1000;
  try {
    const { word, ...state } = await lastWord(session, beginScript(change), timeoutMs);
    if (word !== "applied" && !leavesAlone.includes(word)) throw refusal(session.place, change, { word, ...state });
    return word;
  } catch (error) {
    if (error instanceof ConnectionLost || error instanceof Timeout) return "applied";
    throw error;
  }
}

/** Within the guard's window, whatever a single try takes. */
const freshConnection: ConnectOptions = { fresh: true, timeoutMs: 5_000, waitMs: 7_000 };

/**
 * The new connection that proves the way in. When it fails, the change is taken back first, whatever the reason; but only
 * a machine that does not answer, behind a proxy that does, is one that its new rules made unreachable.
 */
async function reach(target: SshTarget, session: SshSession, change: Change): Promise<SshSession> {
  try {
    return await connect(target, freshConnection);
  } catch (error) {
    if (!(error instanceof SshError)) throw error;
    const state = await abandon(target, session, change);
    if (error instanceof Unreachable && error.hop === "target") settled(session.place, change, state, error);
    throw error;
  }
}

/**
 * What to do when no new connection got through: takes the change back over the connection that was there before, if it lives,
 * or looks what became of it when the window has closed.
 */
async function abandon(target: SshTarget, session: SshSession, { token }: Change): Promise<ChangeState> {
  try {
    return await lastWord(session, concludeScript(token, "abandon"), 10_000);
  } catch (error) {
    if (!(error instanceof SshError)) throw error;
    const later = await connect(target, { fresh: true, waitMs: (windowSeconds + 20) * 1000 });
    try {
      return await lastWord(later, outcomeScript(token));
    } finally {
      later.close();
    }
  }
}

async function lastWord(session: SshSession, script: string, timeoutMs = 60_000): Promise<ChangeState> {
  return parseState(await succeed(session, script, { action: "changing the firewall rules", timeoutMs }));
}

/** @throws unless the change was confirmed */
function settled(place: Place, { rules }: Change, state: ChangeState, cause?: unknown): void {
  if (state.word === "confirmed") return;
  if (state.word === "back") throw new WayInCut(place, whatCutsTheWayIn(rules, state.arrival), cause);
  throw unsettled(place, state, cause);
}

function refusal(place: Place, { rules }: Change, state: ChangeState): Error {
  const { word, detail } = state;
  const family = /^refused (ipv[46])$/.exec(word)?.[1];
  if (family !== "ipv4" && family !== "ipv6") return unsettled(place, state);
  return new RulesetRejected(place, accused(restoreText(rules)[family], detail), inOneLine(detail));
}

/** iptables-restore names the line; it may be that of a table's head or end. */
function accused(text: string, message: string): string {
  const lines = text.split("\n");
  const number = Number(/line:? (\d+)/.exec(message)?.[1] ?? 0);
  const line = lines[number - 1] ?? "";
  if (line.startsWith("-A ")) return line;
  const table = lines.slice(0, number).findLast((one) => one.startsWith("*"));
  return table === undefined ? "" : `table ${table.slice(1)}`;
}

function inOneLine(message: string): string {
  return message
    .split("\n")
    .map((line) => line.trim().replace(/\.$/, ""))
    .filter((line) => line !== "" && !line.startsWith("Try `"))
    .join("; ");
}

function unsettled(place: Place, { word, detail }: ChangeState, cause?: unknown): ChangeUnsettled {
  const what = words[word] ?? `it said "${word}"`;
  return new ChangeUnsettled(place, detail === "" ? what : `${what} (${inOneLine(detail)})`, cause);
}

const words: Readonly<Record<string, string>> = {
  busy: "another change of the rules is still under way",
  unknown: "the change did not begin",
  waiting: "the change did not begin in time",
  applied: "the change was neither confirmed nor taken back",
  "not kept": "the new rules could not be written to its disk",
  "not back": "its former rules could not be loaded again",
};

function newToken(): string {
  return randomBytes(8).toString("hex");
}

function differencesBetween(wanted: Chains, found: Chains): string[] {
  const keys = [...new Set([...Object.keys(wanted), ...Object.keys(found)])].sort();
  return keys.flatMap((key) => {
    const [should, is] = [linesOf(wanted[key] ?? ""), linesOf(found[key] ?? "")];
    if (should.join("\n") === is.join("\n")) return [];
    const more = is.filter((line) => !should.includes(line)).map((line) => `+ ${key}: ${line}`);
    const less = should.filter((line) => !is.includes(line)).map((line) => `- ${key}: ${line}`);
    return more.length + less.length > 0 ? [...more, ...less] : [`${key} is in another order`];
  });
}
