import type { OperationEvent, StepEvent } from "../../driver/events/operation-event";
import type { Operation } from "../../driver/operation";
import { toldError } from "./exit";
import { type JsonLine, type JsonStep, jsonVersion } from "./json-lines";
import type { Report } from "./report";

/** Without `Omit` a union stays one. */
type Unstamped<Line> = Line extends JsonLine ? Omit<Line, "version"> : never;

/** A line of JSON for each thing that happens. */
export class JsonReport implements Report {
  readonly json = true;

  constructor(
    private readonly command: string,
    private readonly write: (text: string) => void,
  ) {}

  say(): void {
    // For people.
  }

  warn(sentence: string): void {
    this.line({ kind: "warning", at: now(), message: sentence });
  }

  event(operation: Pick<Operation<unknown>, "id">, event: OperationEvent): void {
    this.line(lineOf(operation.id, event));
  }

  settle(): void {
    // Nothing moves here.
  }

  done(exitCode: number, result: unknown): void {
    this.end(exitCode, result === undefined ? {} : { result });
  }

  failed(exitCode: number, error: unknown): void {
    this.end(exitCode, { error: toldError(error) });
  }

  private end(exitCode: number, what: { readonly result?: unknown; readonly error?: unknown }): void {
    this.line({ kind: "end", at: now(), command: this.command, exitCode, ...what } as Unstamped<JsonLine>);
  }

  private line(line: Unstamped<JsonLine>): void {
    this.write(`${JSON.stringify({ version: jsonVersion, ...line })}\n`);
  }
}

/** Each key is named: what the driver's events get more is not told before it is documented. */
function lineOf(operation: string, event: OperationEvent): Unstamped<JsonLine> {
  const { done, planned, current, elapsedMs } = event.progress;
  const common = {
    at: new Date(event.at).toISOString(),
    operation,
    progress: { done, planned, current: [...current], elapsedMs },
  };
  switch (event.kind) {
    case "queued":
      return { kind: event.kind, ...common, ahead: event.ahead };
    case "started":
      return { kind: event.kind, ...common };
    case "step":
      return { kind: event.kind, ...common, phase: event.phase, ...stepOf(event) };
    case "diagnostic": {
      const { severity, message, resource } = event;
      return { kind: event.kind, ...common, severity, message, ...(resource && { resource: resourceOf(resource) }) };
    }
    case "output":
      return { kind: event.kind, ...common, stream: event.stream, text: event.text };
    case "note":
      return { kind: event.kind, ...common, message: event.message };
    case "gap":
      return { kind: event.kind, ...common, missed: event.missed };
    case "ended":
      return { kind: event.kind, ...common, outcome: event.outcome };
  }
}

/** A step as programs see it, in a line or in a result. */
export function stepOf({ operation, resource, drift, changes, tookMs }: StepEvent): JsonStep {
  return {
    action: operation,
    resource: resourceOf(resource),
    drift,
    changes: changes.map(({ path, kind, replaces, before, after }) => ({
      path,
      kind,
      replaces,
      ...(before === undefined ? {} : { before }),
      ...(after === undefined ? {} : { after }),
    })),
    ...(tookMs === undefined ? {} : { tookMs }),
  };
}

function resourceOf({ urn, type, name }: JsonStep["resource"]): JsonStep["resource"] {
  return { urn, type, name };
}

function now(): string {
  return new Date().toISOString();
}
