import { constants } from "node:fs";
import { open, type FileHandle } from "node:fs/promises";
import { basename } from "node:path";

import { codeOf } from "../cause";
import { InvalidRequest, type RequestProblem, UnreadableRequest, type UnreadableReason } from "./errors";
import type { Offers } from "./offers";
import { checkRequest, type ParseOptions } from "./parse";
import { requestLimits } from "./plain";
import { type Cloud, clouds, type ProjectRequest } from "./schema";
import { readText } from "./text";

export interface FileOptions extends Omit<ParseOptions, "offers"> {
  /** As those of a request that is there already, or a function: it is asked for the cloud that the file names, when it is one. */
  readonly offers?: ParseOptions["offers"] | ((cloud: Cloud) => Promise<Offers>);
}

/**
 * Reads a request from a file: YAML, or JSON when its name ends in `.json`; UTF-8, 64 KiB at most.
 * @throws UnreadableRequest when there is none, or it is neither
 * @throws InvalidRequest with everything that is wrong with it, each by line and column
 */
export async function readRequest(file: string, options: FileOptions = {}): Promise<ProjectRequest> {
  return parseRequestText(await contentOf(file), file, options);
}

/**
 * The same of a text that is there already.
 * @param file its name, for errors; one that ends in `.json` has to hold JSON
 */
export async function parseRequestText(text: string, file: string, options: FileOptions = {}): Promise<ProjectRequest> {
  if (Buffer.byteLength(text) > requestLimits.fileBytes) throw tooLarge(file);
  const { value, positionOf } = await readText(text, file);
  const { offers: given, ...others } = options;
  const offers = typeof given === "function" ? await offersIn(value, given) : given;
  const checked = checkRequest(value, { ...others, ...(offers === undefined ? {} : { offers }) });
  if ("request" in checked) return checked.request;
  const problems = checked.problems.map((problem): RequestProblem => ({ ...problem, ...positionOf(problem.path) }));
  throw new InvalidRequest(problems.sort(byPosition), basename(file));
}

/** Nothing is asked for a cloud that there is not: that is told as what it is. */
async function offersIn(value: unknown, ask: (cloud: Cloud) => Promise<Offers>): Promise<Offers | undefined> {
  const named: unknown = typeof value === "object" && value !== null && "cloud" in value ? value.cloud : undefined;
  const cloud = clouds.find((one) => one === named);
  return cloud === undefined ? undefined : ask(cloud);
}

function byPosition(a: RequestProblem, b: RequestProblem): number {
  return (a.line ?? 0) - (b.line ?? 0) || (a.column ?? 0) - (b.column ?? 0);
}

function tooLarge(file: string): UnreadableRequest {
  const sentence = `is larger than ${requestLimits.fileBytes / 1024} KiB, which no request needs.`;
  return new UnreadableRequest(file, "too-large", sentence);
}

async function contentOf(file: string): Promise<string> {
  let handle: FileHandle | undefined;
  try {
    // Without blocking: a pipe with nobody at its other end would be waited for for ever.
    handle = await open(file, constants.O_RDONLY | constants.O_NONBLOCK);
    if (!(await handle.stat()).isFile()) throw new UnreadableRequest(file, "not-a-file", "is no file.");
    const bytes = await atMost(handle, requestLimits.fileBytes + 1);
    if (bytes.length > requestLimits.fileBytes) throw tooLarge(file);
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (error) {
    throw asUnreadable(error, file);
  } finally {
    await handle?.close();
  }
}

/** A file may grow while it is read. */
async function atMost(handle: FileHandle, length: number): Promise<Buffer> {
  const buffer = Buffer.alloc(length);
  let filled = 0;
  for (;;) {
    const { bytesRead } = await handle.read(buffer, filled, length - filled, null);
    filled += bytesRead;
    if (bytesRead === 0 || filled === length) return buffer.subarray(0, filled);
  }
}

const reasons: Readonly<Record<string, readonly [UnreadableReason, string]>> = {
  ENOENT: ["missing", "is not there: see how its name is spelt."],
  ENOTDIR: ["missing", "is not there: see how its name is spelt."],
  EACCES: ["forbidden", "may not be read by this user."],
  EPERM: ["forbidden", "may not be read by this user."],
  EISDIR: ["not-a-file", "is a folder: name the file in it."],
  ENXIO: ["not-a-file", "is no file."],
  ERR_ENCODING_INVALID_ENCODED_DATA: ["not-text", "is no text in UTF-8."],
};

function asUnreadable(error: unknown, file: string): UnreadableRequest {
  if (error instanceof UnreadableRequest) return error;
  const found = codeOf(error);
  const code = typeof found === "string" ? found : "unknown error";
  const [reason, sentence] = reasons[code] ?? ["failed", `can't be read (${code}).`];
  const unreadable = new UnreadableRequest(file, reason, sentence);
  unreadable.cause = error;
  return unreadable;
}
