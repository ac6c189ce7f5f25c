import { join } from "node:path";

import { WrittenIntents } from "../../guard/intents/intents";
import { noPace } from "../../guard/interfaces";
import { startGuard } from "../../guard/server";
import { ContractWatch } from "../../guard/watch";
import { HandedToken } from "../guard/guarded";
import { tokens } from "./tokens";

/** A guard in front of a cloud on paper, less patient than a real one. */
export interface CampaignGuard {
  readonly url: string;
  readonly log: readonly string[];
  /** The codes of what clients were told in place of answers. */
  codes(): string[];
  readonly intents: WrittenIntents;
  close(): Promise<void>;
}

export async function openGuard(upstream: string, directory: string, epoch: number): Promise<CampaignGuard> {
  const file = join(directory, "guard.db");
  const url = new URL(upstream);
  const log: string[] = [];
  const write = (line: string): void => void log.push(line);
  const watch = new ContractWatch({ file, log: write });
  const intents = WrittenIntents.open({
    file,
    upstream: url,
    visibleWithin: 600,
    visibleAfterTimeout: 600,
    pause: 50,
    log: write,
  });
  const guard = await startGuard({
    upstream: url,
    account: "account",
    tokens: new HandedToken(tokens.first, tokens.second),
    tickets: { stackOf: () => "campaign" },
    leases: { held: (stack) => ({ stack, epoch }) },
    pace: noPace,
    intents,
    watch,
    log: write,
    retry: { attempts: 4, base: 30, longest: 200, total: 6000 },
    timeouts: { headers: 1500, answer: 1500 },
  });
  return {
    url: guard.url,
    log,
    intents,
    codes: () => [
      ...new Set(log.map((line) => /: \d{3} ([A-Z_]+)$/.exec(line)?.[1]).filter((code) => code !== undefined)),
    ],
    close: async () => {
      await guard.close();
      await intents.close();
      watch.close();
    },
  };
}
