import { readFileSync, statSync, writeFileSync } from "node:fs";

import type { Command } from "commander";

import { home } from "../home";
import { table } from "../status";
import { act } from "./acting";
import { canAsk, confirm } from "./confirmation";
import { ConfirmationNeeded, UnreadableExport } from "./errors";
import { fileWords, projectCommand, withJson, withStack } from "./options";
import { namedBackup, resultOf } from "./results";
import { withDriver } from "./session";

interface StateOptions {
  readonly json?: true;
  readonly stack?: string;
}

interface ChangeOptions extends StateOptions {
  readonly yes?: true;
}

/** `deploy4me state …`: what the engine believes there is, and how it was before. */
export function registerState(program: Command): void {
  const state = program
    .command("state")
    .description("the project's state: what the engine believes there is. It is kept before each change");
  withJson(withStack(projectCommand(state, "backups")))
    .description("list the states from before each operation, the newest first")
    .action((file: string | undefined, options: StateOptions) =>
      act("state backups", options, () =>
        withDriver(home(), file, options, async (driver, stack) => {
          const backups = await driver.backups(stack);
          const rows = backups.map(({ id, at, before }) => [id, new Date(at).toISOString(), `before ${before}`]);
          return {
            result: resultOf.backups(stack, backups),
            lines: rows.length === 0 ? [`There are no backups of ${stack}.`] : table(rows),
          };
        }),
      ),
    );
  withJson(
    projectCommand(state, "restore")
      .argument("<backup>", "as `deploy4me state backups` lists it")
      .argument("[file]", fileWords)
      .option("--stack <name>", "the project by its name, in place of its file"),
  )
    .description("put a backup in the place of the state; nothing in the cloud is changed")
    .option("--yes", "do it without asking")
    .action((backup: string, file: string | undefined, options: ChangeOptions) =>
      act("state restore", options, async ({ report, signal, follow }) =>
        withDriver(home(), file, options, async (driver, stack) => {
          await confirmed(options, report.json, `Replace the state of ${stack} by that backup?`, "state restore");
          const { backup: kept } = await follow(driver.restore(stack, backup, { signal }));
          return {
            result: { stack, backup: namedBackup(kept) },
            lines: [
              `The state of ${stack} is that backup now. The one before is kept as ${kept.id}.`,
              ...afterwards(stack),
            ],
          };
        }),
      ),
    );
  withStack(projectCommand(state, "export"))
    .description("print the state as the engine has it, secrets encrypted")
    .option("--output <file>", "write it into a file that only you may read")
    .action((file: string | undefined, options: StateOptions & { readonly output?: string }) =>
      act("state export", {}, ({ signal, follow }) =>
        withDriver(home(), file, options, async (driver, stack) => {
          const text = await follow(driver.export(stack, { signal }));
          if (options.output === undefined) return { result: undefined, lines: [text] };
          writeFileSync(options.output, text, { mode: 0o600 });
          return { result: undefined, lines: [`The state of ${stack} is in ${options.output}.`] };
        }),
      ),
    );
  withJson(
    projectCommand(state, "import")
      .argument("<export>", "a file that `deploy4me state export` wrote")
      .argument("[file]", fileWords)
      .option("--stack <name>", "the project by its name, in place of its file"),
  )
    .description("put an export in the place of the state; nothing in the cloud is changed")
    .option("--yes", "do it without asking")
    .action((exported: string, file: string | undefined, options: ChangeOptions) =>
      act("state import", options, async ({ report, signal, follow }) =>
        withDriver(home(), file, options, async (driver, stack) => {
          const text = exportIn(exported);
          await confirmed(options, report.json, `Replace the state of ${stack} by that export?`, "state import");
          const { backup } = await follow(driver.import(stack, text, { signal }));
          return {
            result: { stack, backup: namedBackup(backup) },
            lines: [
              `The state of ${stack} is that export now. The one before is kept as ${backup.id}.`,
              ...afterwards(stack),
            ],
          };
        }),
      ),
    );
}

function afterwards(stack: string): string[] {
  return [`See whether it fits what there is: deploy4me preview --refresh with the file of ${stack}.`];
}

async function confirmed({ yes }: ChangeOptions, json: boolean, question: string, command: string): Promise<void> {
  if (yes === true) return;
  if (json || !canAsk()) throw new ConfirmationNeeded(command, "--yes");
  await confirm(question);
}

/** States are of megabytes at most. */
const longest = 256 * 1024 * 1024;

function exportIn(file: string): string {
  try {
    if (statSync(file).size > longest) throw new UnreadableExport(file, "it is larger than any state");
    return readFileSync(file, "utf8");
  } catch (error) {
    if (error instanceof UnreadableExport) throw error;
    const code: unknown = error instanceof Error && "code" in error ? error.code : undefined;
    throw new UnreadableExport(
      file,
      code === "ENOENT" ? "it is not there" : typeof code === "string" ? code : "unknown error",
    );
  }
}
