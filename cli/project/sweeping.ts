import type { Command } from "commander";

import { nameOf } from "../../driver/stack-id";
import type { Finding, SweepReport } from "../../driver/sweep/sweep";
import { home } from "../home";
import { table } from "../status";
import { act } from "./acting";
import { projectCommand, withAccess, withJson } from "./options";
import { type AccessOptions, withAccount } from "./session";
import { counted, printable } from "./words";

interface SweepOptions extends AccessOptions {
  readonly json?: true;
  readonly remove?: readonly string[];
}

/** `deploy4me sweep`. */
export function registerSweep(program: Command): void {
  withJson(withAccess(projectCommand(program, "sweep")))
    .description("look for what the account has with our names and no project's state knows; removes nothing by itself")
    .option(
      "--remove <path...>",
      "remove these of an earlier sweep, such as /v2/droplets/5, when our own record names them",
    )
    .action((options: SweepOptions) =>
      act("sweep", options, ({ signal, follow }) =>
        withAccount(home(), options, async (driver) => {
          const report = await follow(driver.sweep({ remove: options.remove ?? [], signal }));
          return { result: resultOf(report), lines: reportLines(report), exitCode: report.failed.length > 0 ? 1 : 0 };
        }),
      ),
    );
}

function resultOf({ findings, stacks, unreadable, removed, failed }: SweepReport) {
  return {
    stacks,
    findings: findings.map(({ type, name, path, tags, monthly, created, stack, known, keeps }) => ({
      ...{ type, name, path, tags, known },
      ...(monthly === undefined ? {} : { monthly }),
      ...(created === undefined ? {} : { created: new Date(created).toISOString() }),
      ...(stack === undefined ? {} : { stack }),
      ...(keeps === undefined ? {} : { keeps }),
    })),
    unreadable: unreadable.map(nameOf),
    removed: removed.map(({ path }) => path),
    failed: failed.map(({ path, why }) => ({ path, why })),
  };
}

function reportLines({ findings, stacks, unreadable, removed, failed }: SweepReport): string[] {
  const rows = findings.map(({ path, type, name, monthly, stack, keeps }) => [
    path,
    `${type} ${name}`,
    monthly === undefined ? "" : `$${monthly.toFixed(2)} a month`,
    stack ?? "",
    keeps === undefined ? "may be removed" : `stays: ${keeps}`,
  ]);
  const removable = findings.filter(({ keeps }: Finding) => keeps === undefined).map(({ path }) => path);
  return [
    ...(rows.length === 0 ? [`Nothing is left over: compared with ${counted(stacks, "state")}.`] : table(rows)),
    ...unreadable.map((stack) => `The state of ${nameOf(stack)} can't be read, so nothing is removed.`),
    ...removed.map(({ path }) => `- ${path} is removed`),
    ...failed.map(({ path, why }) => `! ${path} could not be removed: ${why}`),
    ...(removable.length === 0 || removed.length > 0
      ? []
      : ["", "To remove what may be:", `  deploy4me sweep --remove ${removable.join(" ")}`]),
  ].map(printable);
}
