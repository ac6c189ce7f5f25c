import type { OperationEvent, StepEvent } from "../../driver/events/operation-event";
import type { Operation, OperationKind } from "../../driver/operation";
import { InvalidRequest, sentenceOf } from "../../driver/request";
import { toldError } from "./exit";
import type { Paint, Style } from "./paint";
import type { Report } from "./report";
import { StatusLine } from "./status-line";
import { duration, isReal, nameIn, nameOf, printable, signs } from "./words";

/** Where lines go, and what they look like there. */
export interface Screen {
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
  readonly paint: Paint;
  /** Columns of the terminal; absent where there is none: then lines alone are written, and now and then one that says it goes on. */
  readonly columns?: () => number;
}

/** Without a terminal: how long nothing is said at most while something is under way, in milliseconds. */
const silence = 10_000;

/** Whose steps are shown as they end. A preview's come later, in order. */
const told: ReadonlySet<OperationKind> = new Set(["up", "refresh", "destroy"]);

/** Words for people: steps as they end, and what is under way. */
export class PeopleReport implements Report {
  readonly json = false;
  private readonly status: StatusLine | undefined;
  private latest: OperationEvent | undefined;
  private project = "";
  private lastWord = Date.now();
  private lastDrawn = 0;
  private timer: NodeJS.Timeout | undefined;

  constructor(private readonly screen: Screen) {
    const { columns, out } = screen;
    this.status = columns && new StatusLine(out, columns);
  }

  say(lines: readonly string[]): void {
    for (const line of lines) this.line(line);
  }

  warn(sentence: string): void {
    this.status?.clear();
    this.screen.err(`${this.screen.paint("yellow", `warning: ${printable(sentence)}`)}\n`);
  }

  event(operation: Pick<Operation<unknown>, "kind" | "stack">, event: OperationEvent): void {
    this.latest = event;
    this.project = operation.stack.stack;
    this.timer ??= setInterval(
      () => {
        this.goesOn();
      },
      this.status === undefined ? 1_000 : 250,
    ).unref();
    const words = told.has(operation.kind) || event.kind === "note" ? this.wordsFor(event) : undefined;
    if (words !== undefined) this.line(`${at(event)}  ${words}`);
    if (event.kind === "ended") this.settle();
    else this.redraw();
  }

  settle(): void {
    clearInterval(this.timer);
    this.timer = undefined;
    this.latest = undefined;
    this.status?.clear();
  }

  done(_exitCode: number, _result: unknown, lines: readonly string[]): void {
    this.settle();
    this.say(lines);
  }

  failed(_exitCode: number, error: unknown): void {
    this.settle();
    this.screen.err(`${failureLines(error).join("\n")}\n`);
  }

  private wordsFor(event: OperationEvent): string | undefined {
    switch (event.kind) {
      case "step":
        return this.stepInWords(event);
      case "note":
        return printable(event.message);
      case "queued":
        return `waits until there is memory for it, behind ${event.ahead}`;
      case "diagnostic": {
        const { severity, message, resource } = event;
        if (severity === "info") return undefined;
        const about = resource === undefined || !isReal(resource) ? "" : `${nameOf(resource)}: `;
        return this.painted(severity === "error" ? "red" : "yellow", `${severity}: ${about}${printable(message)}`);
      }
      case "output":
        return this.painted("dim", `| ${printable(event.text)}`);
      default:
        return undefined;
    }
  }

  private stepInWords({ phase, operation, resource, tookMs = 0, drift }: StepEvent): string | undefined {
    const quiet = operation === "same" || operation === "read" || (operation === "refresh" && !drift);
    if (phase === "begun" || !isReal(resource) || (quiet && phase === "done")) return undefined;
    const took = duration(tookMs);
    const time = took === "" ? "" : ` (${took})`;
    if (phase === "failed") return this.painted("red", `! ${nameOf(resource)} failed${time}`);
    if (drift)
      return this.painted(
        "yellow",
        `~ ${nameOf(resource)} was ${operation === "delete" ? "removed" : "changed"} outside`,
      );
    const style = ({ create: "green", import: "green", delete: "red" } as Partial<Record<string, Style>>)[operation];
    return this.painted(style ?? "yellow", `${signs[operation]} ${nameOf(resource)}${time}`);
  }

  private goesOn(): void {
    if (this.status !== undefined) this.redraw();
    else if (this.latest !== undefined && Date.now() - this.lastWord >= silence)
      this.line(`${at(this.latest, Date.now())}  … ${progressInWords(this.latest, this.project)}`);
  }

  private redraw(): void {
    // Hundreds of steps may end within a second.
    const now = Date.now();
    if (this.latest === undefined || now - this.lastDrawn < 100) return;
    this.lastDrawn = now;
    this.status?.draw(`${at(this.latest, Date.now())}  ${progressInWords(this.latest, this.project)}`);
  }

  private line(text: string): void {
    this.lastWord = Date.now();
    this.status?.clear();
    this.screen.out(`${text}\n`);
    this.lastDrawn = 0;
    this.redraw();
  }

  private painted(style: Style, text: string): string {
    return this.screen.paint(style, text);
  }
}

/** `12 of 31 done · droplet wiki, DNS record www` */
export function progressInWords(event: OperationEvent, project: string): string {
  const { done, planned, current } = event.progress;
  if (event.kind === "queued") return `waits until there is memory, behind ${event.ahead}`;
  if (planned === 0) return "starting";
  const [first, second, ...more] = current.map((one) => nameIn(one, project));
  const now = [first, second].filter((name) => name !== undefined).join(", ");
  const rest = more.length === 0 ? "" : ` and ${more.length} more`;
  return `${done} of ${planned} done${now === "" ? "" : ` · ${now}${rest}`}`;
}

/** Seconds since the operation was asked for; between two events by the clock. */
function at({ at: when, progress }: OperationEvent, now = when): string {
  return `${String(Math.round((progress.elapsedMs + Math.max(0, now - when)) / 1000)).padStart(4)} s`;
}

/** An error's own sentence; of a request each mistake as `file:line:column`, which editors know. */
export function failureLines(error: unknown): string[] {
  if (error instanceof InvalidRequest && error.file !== undefined) {
    const { file, problems } = error;
    return [
      `deploy4me: ${printable(file)} is not right${problems.length === 1 ? "" : `, in ${problems.length} places`}; nothing was started.`,
      ...problems.map(({ line, column, ...problem }) => {
        const place = line === undefined ? file : `${file}:${line}:${column ?? 1}`;
        return `  ${printable(`${place} ${sentenceOf(problem)}`)}`;
      }),
    ];
  }
  return [`deploy4me: ${printable(toldError(error).message)}`];
}
