import { type Command, InvalidArgumentError } from "commander";

import type { HistoryEntry, StackOutput, StackOutputs } from "../../driver/results";
import { home } from "../home";
import { table } from "../status";
import { act } from "./acting";
import { costOf, estimateLines } from "./cost";
import { NoSuchOutput } from "./errors";
import { fileWords, projectCommand, withJson, withStack } from "./options";
import { resultOf } from "./results";
import { readPriced, withDriver } from "./session";
import { countsInWords } from "./summary";
import { duration, printable } from "./words";

interface StackOptions {
  readonly json?: true;
  readonly stack?: string;
}

interface OutputsOptions extends StackOptions {
  readonly showSecrets?: true;
  readonly only?: string;
}

interface HistoryOptions extends StackOptions {
  readonly limit: number;
}

/** `deploy4me outputs`. */
export function registerOutputs(program: Command): void {
  withJson(withStack(projectCommand(program, "outputs")))
    .description("show where what was deployed answers, and how to get in")
    .option("--show-secrets", "show passwords and keys as they are")
    .option("--only <name>", "one output, as it is: for files and other programs")
    .action((file: string | undefined, options: OutputsOptions) =>
      act("outputs", options, ({ signal, follow }) =>
        withDriver(home(), file, options, async (driver, stack) => {
          const all = await follow(driver.outputs(stack, { secrets: options.showSecrets === true, signal }));
          const shown = options.only === undefined ? all : { [options.only]: oneOf(all, stack, options.only) };
          const [single] = options.only === undefined ? [] : Object.values(shown);
          return {
            result: resultOf.outputs(stack, shown),
            lines: single === undefined ? outputLines(shown) : [textOf(single.value)],
          };
        }),
      ),
    );
}

/** `deploy4me history`. */
export function registerHistory(program: Command): void {
  withJson(withStack(projectCommand(program, "history")))
    .description("show what was done with the project, the newest first")
    .option("--limit <count>", "how many entries", wholeNumber, 20)
    .action((file: string | undefined, options: HistoryOptions) =>
      act("history", options, ({ signal, follow }) =>
        withDriver(home(), file, options, async (driver, stack) => {
          const entries = await follow(driver.history(stack, { limit: options.limit, signal }));
          return { result: resultOf.history(stack, entries), lines: historyLines(entries) };
        }),
      ),
    );
}

/** `deploy4me estimate`. */
export function registerEstimate(program: Command): void {
  withJson(projectCommand(program, "estimate").argument("[file]", fileWords))
    .description("show what the project will cost in a month; needs no connection")
    .option(
      "--connection <name>",
      "whose prices; default: the only connection there is, or the list that came with this",
    )
    .action((file: string | undefined, options: StackOptions & { readonly connection?: string }) =>
      act("estimate", options, async ({ report, signal }) => {
        const { request, offers } = await readPriced(home(), { ...options, file, report, signal });
        const estimate = costOf(request, offers);
        return { result: resultOf.estimate(request.project, estimate), lines: estimateLines(estimate) };
      }),
    );
}

function oneOf(outputs: StackOutputs, stack: string, name: string): StackOutput {
  const found = Object.hasOwn(outputs, name) ? outputs[name] : undefined;
  if (found === undefined) throw new NoSuchOutput(stack, name, Object.keys(outputs));
  return found;
}

/** Each under its name; what has lines of its own is indented. */
export function outputLines(outputs: StackOutputs): string[] {
  const lines = Object.entries(outputs).flatMap(([name, { value }]) => {
    if (value === "") return [];
    if (isMap(value)) return [name, ...Object.entries(value).map(([key, one]) => `  ${key}  ${textOf(one)}`)];
    const text = textOf(value).trimEnd();
    return text.includes("\n") ? [name, ...text.split("\n").map((line) => `  ${line}`)] : [`${name}  ${text}`];
  });
  return lines.length === 0 ? ["There are no outputs: nothing is deployed."] : lines.map(printable);
}

function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}

function historyLines(entries: readonly HistoryEntry[]): string[] {
  if (entries.length === 0) return ["Nothing has been done yet."];
  return table(
    entries.map(({ kind, began, ended, outcome, changes }) => [
      new Date(began).toISOString().replace(/\.\d+Z$/, "Z"),
      kind,
      outcome,
      outcome === "in-progress" ? "" : duration(ended - began),
      countsInWords(changes),
    ]),
  );
}

export function wholeNumber(text: string): number {
  if (!/^[1-9]\d{0,5}$/.test(text)) throw new InvalidArgumentError("write a whole number from 1 on.");
  return Number(text);
}
