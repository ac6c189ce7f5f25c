import type { Command } from "commander";

import type { Driver } from "../../driver/driver";
import type { Expiring } from "../../driver/life/expiry";
import { type Program, projectProgram } from "../../driver/program";
import type { ProjectRequest } from "../../driver/request";
import { home } from "../home";
import { table } from "../status";
import { act, type Acting, type Outcome } from "./acting";
import { exitCodes, toldError } from "./exit";
import { projectCommand, withAccess, withJson } from "./options";
import { type AccessOptions, given, withAnyDriver, withKept } from "./session";
import { counted, printable } from "./words";

interface ExpireOptions extends AccessOptions {
  readonly json?: true;
  readonly yes?: true;
}

/** What became of a deployment whose time is over. */
interface Fate {
  readonly stack: string;
  /** `extended`: it got more time while others were being removed. */
  readonly outcome: "removed" | "protected" | "extended" | "failed";
  readonly code?: string;
  readonly message?: string;
}

/** `deploy4me expire`. */
export function registerExpire(program: Command, of?: Program<ProjectRequest>): void {
  withJson(withAccess(projectCommand(program, "expire")))
    .description("list which projects have a time to live, and when it ends; removes nothing by itself")
    .option("--yes", "remove those whose time is over, one after the other")
    .action((options: ExpireOptions) =>
      act("expire", options, async (acting) => {
        const sorted = await withAnyDriver(home(), expiringHere);
        const over = sorted.filter(isOver);
        return options.yes === true ? remove(sorted, over, acting, { ...options, ...given(of) }) : listed(sorted, over);
      }),
    );
}

/** The first to end first. */
async function expiringHere(driver: Pick<Driver, "expiring">): Promise<Expiring[]> {
  const all = await driver.expiring({ within: Infinity });
  const ours = all.filter(({ stack }) => stack.project === (projectProgram.project ?? "deploy4me"));
  return ours.sort((a, b) => a.ends - b.ends);
}

function isOver({ ends }: Expiring): boolean {
  return ends <= Date.now();
}

function listed(all: readonly Expiring[], over: readonly Expiring[]): Outcome {
  const rows = all.map((one) => [one.stack.stack, at(one.ends), over.includes(one) ? "over" : ""]);
  const lines = rows.length === 0 ? ["No project has a time to live."] : table(rows);
  if (over.length > 0)
    lines.push("", `To remove ${counted(over.length, "project")} whose time is over: deploy4me expire --yes`);
  return { result: resultOf(all, over, []), lines };
}

const inWords = {
  removed: (stack: string) => `- ${stack} is removed`,
  protected: (stack: string) => `! ${stack} is protected, and stays`,
  extended: (stack: string) => `! ${stack} got more time meanwhile, and stays`,
};

/** One that can't be removed keeps none of the others. */
async function remove(
  all: readonly Expiring[],
  over: readonly Expiring[],
  acting: Acting,
  options: AccessOptions & { readonly program?: Program<ProjectRequest> },
): Promise<Outcome> {
  const fates: Fate[] = [];
  for (const { stack } of over) fates.push(await fateOf(stack.stack, acting, options));
  const words = fates.map(({ stack, outcome, message }) =>
    outcome === "failed" ? `! ${stack} could not be removed: ${message ?? ""}` : inWords[outcome](stack),
  );
  return {
    result: resultOf(all, over, fates),
    lines: words.length === 0 ? ["No project's time is over."] : ["", ...words.map(printable)],
    exitCode: fates.some(({ outcome }) => outcome === "failed") ? exitCodes.failed : exitCodes.done,
  };
}

async function fateOf(
  stack: string,
  { report, signal, follow }: Acting,
  options: AccessOptions & { readonly program?: Program<ProjectRequest> },
): Promise<Fate> {
  signal.throwIfAborted();
  try {
    report.say(["", `${stack}:`]);
    const destroyed = await withKept(home(), stack, { ...options, report, signal }, async ({ driver, request }) => {
      // Those before it took their time, in which somebody may have had second thoughts.
      const now = (await expiringHere(driver)).find((one) => one.stack.stack === stack);
      return now !== undefined && isOver(now) ? follow(driver.destroy(request, { remove: true, signal })) : undefined;
    });
    if (destroyed === undefined) return { stack, outcome: "extended" };
    const { remaining } = destroyed;
    return remaining === 0
      ? { stack, outcome: "removed" }
      : { stack, outcome: "failed", message: `${counted(remaining, "resource")} are left: run it again.` };
  } catch (error) {
    // Whoever calls it off calls all of it off.
    if (signal.aborted) throw error;
    const { code, message } = toldError(error);
    return code === "PROTECTED_FROM_REMOVAL"
      ? { stack, outcome: "protected" }
      : { stack, outcome: "failed", code, message };
  }
}

function resultOf(all: readonly Expiring[], over: readonly Expiring[], fates: readonly Fate[]) {
  return {
    expiring: all.map((one) => ({ stack: one.stack.stack, ends: at(one.ends), over: over.includes(one) })),
    outcomes: fates,
  };
}

function at(ms: number): string {
  return new Date(ms).toISOString();
}
