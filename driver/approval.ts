import { createHash, timingSafeEqual } from "node:crypto";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { createRequire } from "node:module";
import { join, relative } from "node:path";

import { canonicalJson } from "./canonical";
import { DriverError } from "./errors";
import type { Program } from "./program";
import { nameOf, type StackId } from "./stack-id";

/** What a preview was made of. When one of them has moved, it may no longer be what `up` would do. */
export const approvalParts = ["request", "program", "catalogue", "state"] as const;
export type ApprovalPart = (typeof approvalParts)[number];

/** The text does not come from a preview. */
export class InvalidApproval extends DriverError {
  override readonly name = "InvalidApproval";
  readonly code = "INVALID_APPROVAL";

  constructor() {
    super("this is no approval: give the text that a preview ended with.");
  }
}

/** Something has changed since the preview that was approved. */
export class ApprovalMoved extends DriverError {
  override readonly name = "ApprovalMoved";
  readonly code = "APPROVAL_MOVED";

  constructor(
    readonly stackId: StackId,
    readonly moved: readonly ApprovalPart[],
  ) {
    super(
      `what was approved for ${nameOf(stackId)} is not what would be done now: its ${moved.join(" and ")} changed after the ` +
        "preview. Nothing was touched. Make a preview again, and have that approved.",
    );
  }
}

/** What an approval is bound to. */
export interface ApprovalSubject {
  readonly stack: StackId;
  readonly request: unknown;
  readonly program: Pick<Program<never>, "module" | "export" | "sources" | "catalogue">;
  /** The state's version. */
  readonly state: string;
}

const prefix = "d4m1";

/**
 * Binds a preview to what it was made of: a text of four hashes, which says nothing about any of it.
 * @example
 * "d4m1.5f1c….91ab….03de….77c0…"
 */
export function approvalOf(subject: ApprovalSubject): string {
  const hashes = hashesOf(subject);
  return [prefix, ...approvalParts.map((part) => hashes[part])].join(".");
}

/**
 * @throws InvalidApproval when it is none
 * @throws ApprovalMoved when it is of something else
 */
export function checkApproval(approval: string, subject: ApprovalSubject): void {
  if (!/^d4m1(?:\.[0-9a-f]{32}){4}$/.test(approval)) throw new InvalidApproval();
  const given = approval.split(".").slice(1);
  const hashes = hashesOf(subject);
  const moved = approvalParts.filter(
    (part, index) => !timingSafeEqual(Buffer.from(hashes[part]), Buffer.from(given[index] ?? "")),
  );
  if (moved.length > 0) throw new ApprovalMoved(subject.stack, moved);
}

function hashesOf({ stack, request, program, state }: ApprovalSubject): Record<ApprovalPart, string> {
  const { module, sources = [module], catalogue = [] } = program;
  return {
    request: hash(canonicalJson([nameOf(stack), request])),
    program: hash(canonicalJson([program.export, versions(), contentsOf(sources)])),
    catalogue: hash(canonicalJson(contentsOf(catalogue))),
    state: hash(state),
  };
}

/** 128 bits: nobody finds another request of the same hash. */
function hash(text: string | Buffer): string {
  return createHash("sha256").update(text).digest("hex").slice(0, 32);
}

/** Each file and its hash. Maps and declarations are not run. */
function contentsOf(paths: readonly string[]): (readonly [file: string, hash: string])[] {
  return paths.flatMap((path) =>
    filesIn(path)
      .filter((file) => !/\.(?:map|d\.ts)$/.test(file))
      .map((file) => [relative(join(path, ".."), file), hash(readFileSync(file))] as const),
  );
}

function filesIn(path: string): string[] {
  if (!statSync(path).isDirectory()) return [path];
  return readdirSync(path, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}

/** What programs stand on decides as well which resources there are, and which plugins make them. */
function versions(): Record<string, string> {
  const packages = ["@pulumi/pulumi", "@pulumi/digitalocean", "@pulumi/command", "@pulumi/aws"];
  return Object.fromEntries(packages.flatMap((name) => versionOf(name) ?? []));
}

function versionOf(name: string): [readonly [string, string]] | undefined {
  try {
    const require = createRequire(__filename);
    const { version } = require(`${name}/package.json`) as { version: string };
    return [[name, version]];
  } catch {
    return undefined;
  }
}
