import type { StepEvent } from "../../driver/events/operation-event";
import type { Operation } from "../../driver/operation";
import { exitCodeOf, exitCodes } from "./exit";
import { Interruption } from "./interruption";
import { JsonReport } from "./json-report";
import { paintFor } from "./paint";
import { PeopleReport } from "./people-report";
import type { Report } from "./report";

/** What a command's body has at hand. */
export interface Acting {
  readonly report: Report;
  /** Aborted by Ctrl-C. */
  readonly signal: AbortSignal;
  /** Shows what happens in an operation until it is over, and keeps the steps that were done. */
  readonly follow: <Result>(operation: Operation<Result>, done?: StepEvent[]) => Promise<Result>;
}

/** How a command ended that did what it was to do. */
export interface Outcome {
  /** For programs. */
  readonly result: unknown;
  /** For people. */
  readonly lines: readonly string[];
  /** Default: 0. */
  readonly exitCode?: number;
}

/** Somebody pressed Ctrl-C before anything had begun. */
export class Interrupted extends Error {
  override readonly name = "Interrupted";
  readonly code = "INTERRUPTED";

  constructor(readonly how: string) {
    super(`${how}: nothing was started.`);
  }
}

/** Runs a command's body: says what comes of it, in words or as JSON, and sets the exit code. Never rejects. */
export async function act(
  command: string,
  { json = false }: { readonly json?: boolean },
  body: (acting: Acting) => Promise<Outcome>,
): Promise<void> {
  const report = reportFor(command, json);
  const interruption = new Interruption((sentence) => {
    report.warn(sentence);
  });
  const { signal } = interruption;
  const follow = async <Result>(operation: Operation<Result>, done: StepEvent[] = []): Promise<Result> => {
    const shown = show(operation, report, done);
    try {
      return await interruption.during(operation);
    } finally {
      await shown;
    }
  };
  try {
    const { result, lines, exitCode = exitCodes.done } = await body({ report, signal, follow });
    process.exitCode = exitCode;
    report.done(exitCode, result, lines);
  } catch (thrown) {
    const error = signal.aborted && thrown === signal.reason ? new Interrupted(String(signal.reason)) : thrown;
    process.exitCode = exitCodeOf(error);
    report.failed(process.exitCode, error);
    if (process.env.DEPLOY4ME_DEBUG !== undefined && error instanceof Error)
      process.stderr.write(`${error.stack ?? ""}\n`);
  } finally {
    interruption.close();
  }
}

async function show(operation: Operation<unknown>, report: Report, done: StepEvent[]): Promise<void> {
  for await (const event of operation.events) {
    if (event.kind === "step" && event.phase === "done") done.push(event);
    report.event(operation, event);
  }
}

/** Of a terminal that does not say how wide it is. */
const usualColumns = 80;

function reportFor(command: string, json: boolean): Report {
  const { stdout, stderr } = process;
  // Whoever reads may go; what is under way goes on.
  for (const stream of [stdout, stderr]) stream.on("error", () => undefined);
  const out = (text: string): void => void stdout.write(text);
  if (json) return new JsonReport(command, out);
  return new PeopleReport({
    out,
    err: (text) => void stderr.write(text),
    paint: paintFor(stdout),
    ...(stdout.isTTY ? { columns: () => stdout.columns || usualColumns } : {}),
  });
}
