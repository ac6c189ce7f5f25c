import { existsSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";

import { Account } from "./account";
import { areKeyListings, type Caps, type Window } from "./limits";
import { used } from "./shares";
import { hasTables, prepare } from "./tables";

/** How much of its account's limits is used. */
export interface Budget {
  readonly account: string;
  readonly minute: BudgetOfWindow;
  readonly hour: BudgetOfWindow;
  /** How many stacks have asked within the hour. */
  readonly stacks: number;
  /** Until when the API wants to be left alone; absent when it does not. */
  readonly quietUntil?: Date;
}

export interface BudgetOfWindow {
  /** How many requests are for use: the reserve is not among them. */
  readonly cap: number;
  /** Through the guards of this machine. */
  readonly ours: number;
  /** By other programs and machines, as far as the API's answers have told. */
  readonly others: number;
}

/**
 * The budget of each account that was asked through a guard of this machine. Nothing is changed.
 * @param file `guard.db`; none when it is not there
 * @param now milliseconds since 1970
 */
export function budgets(file: string, now: number = Date.now()): Budget[] {
  if (!existsSync(file)) return [];
  const database = new DatabaseSync(file, { timeout: 5000 });
  try {
    if (!hasTables(database)) return [];
    const sql = prepare(database);
    // What has expired is taken out as always, and put back at the end.
    sql.begin.run();
    try {
      const names = database.prepare("SELECT account FROM pace_account ORDER BY account").all();
      const accounts = names.map((row) => String(row.account)).filter((name) => !areKeyListings(name));
      return accounts.map((name) => budgetOf(new Account(sql, name, now)));
    } finally {
      sql.rollback.run();
    }
  } finally {
    database.close();
  }
}

function budgetOf(account: Account): Budget {
  for (const { stack, open } of account.processes) account.flow(stack).open += open;
  const { caps, others, quietUntil, now } = account;
  return {
    account: account.name,
    minute: window(account, "minute", caps, others),
    hour: window(account, "hour", caps, others),
    stacks: [...account.flows.values()].filter((flow) => used(flow, "hour") > 0).length,
    ...(quietUntil > now ? { quietUntil: new Date(quietUntil) } : {}),
  };
}

function window({ flows }: Account, which: Window, caps: Caps, others: Caps): BudgetOfWindow {
  const ours = [...flows.values()].reduce((sum, flow) => sum + used(flow, which), 0);
  return { cap: caps[which], ours, others: others[which] };
}
