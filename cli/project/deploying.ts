import type { Command } from "commander";

import type { UpOptions as DriverUpOptions } from "../../driver/deploying";
import type { StepEvent } from "../../driver/events/operation-event";
import type { Program } from "../../driver/program";
import type { ProjectRequest } from "../../driver/request";
import type { PreviewResult } from "../../driver/results";
import { home } from "../home";
import { act, type Acting, type Outcome } from "./acting";
import { canAsk, confirm } from "./confirmation";
import { costIfKnown, costLine } from "./cost";
import { ChangesFound, ConfirmationNeeded } from "./errors";
import { exitCodes } from "./exit";
import { fileWords, projectCommand, withAccess, withJson } from "./options";
import { paintFor } from "./paint";
import { countFates, planLines } from "./plan";
import { resultOf } from "./results";
import { checkRoom } from "./room";
import { type AccessOptions, given, type Session, withSession } from "./session";
import { countsInWords, upLines } from "./summary";

interface DeployOptions extends AccessOptions {
  readonly json?: true;
  readonly refresh?: true;
}

interface PreviewOptions extends DeployOptions {
  readonly details?: true;
  readonly expectNoChanges?: true;
}

interface UpOptions extends DeployOptions {
  readonly yes?: true;
  readonly approved?: string;
}

/** `deploy4me preview`. */
export function registerPreview(program: Command, of?: Program<ProjectRequest>): void {
  withJson(withAccess(projectCommand(program, "preview").argument("[file]", fileWords)))
    .description("show what `up` would do and what it will cost; nothing is changed")
    .option("--refresh", "ask the cloud first how everything is, and show what was changed outside")
    .option("--details", "show every property that differs")
    .option("--expect-no-changes", `end with exit code ${exitCodes.changes} when there is anything to do`)
    .action((file: string | undefined, options: PreviewOptions) =>
      act("preview", options, (acting) =>
        withSession(home(), { ...options, ...acting, ...given(of), file }, async (session) => {
          await checkRoom(session, acting);
          return preview(session, acting, options);
        }),
      ),
    );
}

/** `deploy4me up`. */
export function registerUp(program: Command, of?: Program<ProjectRequest>): void {
  withJson(withAccess(projectCommand(program, "up").argument("[file]", fileWords)))
    .description("deploy the project: shows what would be done, asks, and does it")
    .option("--yes", "do it without showing and asking")
    .option("--approved <code>", "do what a preview showed, and refuse when anything has changed since")
    .option("--refresh", "ask the cloud first how everything is, and mend what was changed outside")
    .action((file: string | undefined, options: UpOptions) =>
      act("up", options, async (acting) => {
        const asks = options.yes !== true && options.approved === undefined;
        if (asks && (acting.report.json || !canAsk()))
          throw new ConfirmationNeeded("up", "--yes, or --approved with the code of a preview");
        return withSession(home(), { ...options, ...acting, ...given(of), file }, async (session) => {
          await checkRoom(session, acting);
          return asks ? upAfterAsking(session, acting, options) : up(session, acting, options);
        });
      }),
    );
}

async function preview(session: Session, acting: Acting, options: PreviewOptions): Promise<Outcome> {
  const { driver, request, offers, file } = session;
  const estimate = costIfKnown(request, offers);
  const result = await acting.follow(driver.preview(request, { ...refreshing(options), signal: acting.signal }));
  const lines = [...previewLines(session, result, options.details === true)];
  if (!result.unchanged)
    lines.push(
      "",
      "To do exactly this, and nothing when project, program, catalogue or state have changed by then:",
      `  deploy4me up ${quoted(file)}${options.refresh === true ? " --refresh" : ""} --approved ${result.approval}`,
    );
  const expected = options.expectNoChanges !== true || (result.unchanged && result.drift.length === 0);
  if (!expected) acting.report.warn(new ChangesFound(request.project).message);
  return {
    result: resultOf.preview(request.project, result, estimate),
    lines,
    exitCode: expected ? exitCodes.done : exitCodes.changes,
  };
}

function previewLines({ request, offers }: Session, result: PreviewResult, details: boolean): string[] {
  return [
    "",
    ...planLines(result, { paint: paintFor(process.stdout), details }),
    costLine(costIfKnown(request, offers)),
  ];
}

/** What is done is what was shown: the preview's approval is what `up` is bound to. */
async function upAfterAsking(session: Session, acting: Acting, options: UpOptions): Promise<Outcome> {
  const { driver, request } = session;
  const { report, signal } = acting;
  const shown = await acting.follow(driver.preview(request, { ...refreshing(options), signal }));
  report.say(previewLines(session, shown, false));
  if (shown.unchanged && shown.drift.length === 0) {
    const { result } = driver.outputs(request.project, { signal });
    return { result: undefined, lines: upLines(session, await result) };
  }
  report.say([""]);
  await confirm(`Do this to ${request.project}?`, () => {
    report.say(previewLines(session, shown, true));
  });
  return up(session, acting, { ...options, approved: shown.approval });
}

async function up(session: Session, acting: Acting, options: UpOptions): Promise<Outcome> {
  const { driver, request } = session;
  const { approved } = options;
  const operation = driver.up(request, {
    ...refreshing(options),
    ...(approved === undefined ? {} : { approved }),
    signal: acting.signal,
  });
  const done: StepEvent[] = [];
  const result = await acting.follow(operation, done);
  return {
    result: resultOf.up(request.project, result),
    lines: ["", `Done: ${countsInWords(countFates(done))}.`, ...upLines(session, result.outputs)],
  };
}

function refreshing({ refresh }: DeployOptions): Pick<DriverUpOptions, "refresh"> {
  return refresh === true ? { refresh } : {};
}

/** As a shell takes it. */
function quoted(file: string): string {
  return /^[\w./-]+$/.test(file) ? file : `'${file.replaceAll("'", "'\\''")}'`;
}
