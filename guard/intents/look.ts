import type { GuardedRequest, Send } from "../exchange";
import { type Candidate, candidates } from "../recognition/candidates";
import type { Parameters } from "../recognition/routes";
import type { Creation } from "../recognition/rule";
import { cannotBeToldApart, visibleWithin } from "./failures";
import type { Intent } from "./intent";
import type { Tools } from "./settings";

/** What others were answered with shortly before an intent was written may have been missing from the listing of that moment. */
const lateMs = 15 * 60_000;
const firstPause = 250;
const longestPause = 4000;

export interface Looking {
  readonly rule: Creation;
  readonly parameters: Parameters;
  readonly request: GuardedRequest;
  readonly send: Send;
}

/**
 * Looks for what a request may have made, for as long as it may be missing from listings.
 * @returns undefined when it is not there
 * @throws what `send` throws, and GuardProblem when it can't be told
 */
export async function look(tools: Tools, intent: Intent, looking: Looking): Promise<Candidate | undefined> {
  const { clock, settings } = tools;
  const until = intent.changedAt + visibleWithin(intent.reason, settings);
  for (let pause = firstPause; ; pause = Math.min(2 * pause, longestPause)) {
    const found = await lookOnce(tools, intent, looking);
    const left = until - clock.now();
    if (found !== undefined || left <= 0) return found;
    await clock.sleep(Math.min(pause, left));
  }
}

/** The same, with one look. */
export async function lookOnce(
  { journal }: Pick<Tools, "journal">,
  intent: Intent,
  { rule, parameters, request, send }: Looking,
): Promise<Candidate | undefined> {
  const all = await candidates(rule, parameters, intent.marks, request, send);
  const { resource } = intent;
  // The API itself has said what it is.
  if (resource !== undefined) return all.find(({ path }) => path === resource);
  const claimed = journal.claimed(intent.id, intent.account, claimsSince(rule, intent));
  const before = new Set(intent.before);
  const found = all.filter(({ id, path }) => !before.has(id) && !claimed.has(path));
  if (rule.newestFirst === true || found.length <= 1) return found[0];
  // Whose is whose does not matter where others asked for the very same, as long as nobody gets two and nothing is left.
  if (found.length <= journal.equals(intent.account, intent.key)) return found[0];
  throw cannotBeToldApart(
    rule.noun,
    found.map(({ path }) => path),
  );
}

/** From when on what another request was answered with is not taken for this one's. What has its name for its id, there is only once: never. */
export function claimsSince(rule: Creation, { writtenAt }: Pick<Intent, "writtenAt">): number {
  return rule.id === "name" ? Number.MAX_SAFE_INTEGER : writtenAt - lateMs;
}
