import { messageOf } from "../../driver/cause";
import { Redactor } from "../../driver/events/redact";

/** How a command on projects ends. */
export const exitCodes = {
  done: 0,
  failed: 1,
  /** The command line or the project's file is not right; nothing was started. */
  usage: 2,
  /** What was approved is not what would be done now; nothing was started. */
  approvalVoid: 3,
  /** `preview --expect-no-changes` found some. */
  changes: 4,
  /** Called off: by Ctrl-C (128 and SIGINT's number, as shells have it), another process, or whoever was asked. */
  cancelled: 130,
} as const;

const byCode: Readonly<Record<string, number>> = {
  INVALID_REQUEST: exitCodes.usage,
  UNREADABLE_REQUEST: exitCodes.usage,
  REQUEST_NOT_FOUND: exitCodes.usage,
  DIRECT_NOT_ON_AWS: exitCodes.usage,
  BACKEND_IN_THE_WAY: exitCodes.usage,
  SWEEP_NOT_ON_AWS: exitCodes.usage,
  NOTHING_KEPT: exitCodes.usage,
  SEVERAL_REQUESTS: exitCodes.usage,
  FILE_OR_STACK: exitCodes.usage,
  INVALID_STACK_NAME: exitCodes.usage,
  INVALID_BACKEND: exitCodes.usage,
  NOT_SWEPT: exitCodes.usage,
  INVALID_APPROVAL: exitCodes.usage,
  UNREADABLE_EXPORT: exitCodes.usage,
  NO_SUCH_OUTPUT: exitCodes.usage,
  CONFIRMATION_NEEDED: exitCodes.usage,
  APPROVAL_MOVED: exitCodes.approvalVoid,
  CHANGES_FOUND: exitCodes.changes,
  DECLINED: exitCodes.cancelled,
  INTERRUPTED: exitCodes.cancelled,
  OPERATION_CANCELLED: exitCodes.cancelled,
};

export function exitCodeOf(error: unknown): number {
  const code = codeIn(error);
  return code === undefined ? exitCodes.failed : (byCode[code] ?? exitCodes.failed);
}

/** What went wrong, for programs. */
export interface ToldError {
  /** Stable; `UNEXPECTED` for what is a mistake of ours. */
  readonly code: string;
  readonly message: string;
  /** Of a request that is not right, each by its place. */
  readonly problems?: readonly unknown[];
  /** Of an approval that is void: `request`, `program`, `catalogue`, `state`. */
  readonly moved?: readonly unknown[];
}

export function toldError(error: unknown): ToldError {
  const problems = partOf(error, "problems");
  const moved = partOf(error, "moved");
  return {
    code: codeIn(error) ?? "UNEXPECTED",
    // The driver's own are clean; others may quote anything.
    message: new Redactor().redact(messageOf(error)),
    ...(problems === undefined ? {} : { problems }),
    ...(moved === undefined ? {} : { moved }),
  };
}

function codeIn(error: unknown): string | undefined {
  if (!(error instanceof Error) || !("code" in error)) return undefined;
  return typeof error.code === "string" ? error.code : undefined;
}

function partOf(error: unknown, name: "problems" | "moved"): readonly unknown[] | undefined {
  if (typeof error !== "object" || error === null || !(name in error)) return undefined;
  const part = (error as Record<string, unknown>)[name];
  return Array.isArray(part) ? part : undefined;
}
