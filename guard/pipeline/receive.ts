import { Readable } from "node:stream";

import type { Dispatcher } from "undici";

import { type Answer, type HeaderFields, readAnswer } from "../../connections/answer";
import { contractFor } from "../../connections/digitalocean/contract";
import { type ApiProblem, isRead, problemOf } from "../../connections/problem";
import type { GuardedAnswer, GuardedRequest } from "../exchange";
import { connectionProblem } from "../upstream";
import { answerHeaders } from "./headers";
import { sampleOf } from "./sample";
import type { Sending } from "./sending";
import { again, readWhole, unpacked, type Whole } from "./whole";

/** How much of an answer is kept in memory until it is known to be whole, in bytes: far above the longest page of the API. */
export const heldBack = 16 * 1024 * 1024;

/** What came, told apart: an answer of the API's as a client would get it, or something else. */
export type Received =
  | { readonly kind: "answer"; readonly answer: GuardedAnswer; readonly sampled?: boolean }
  | { readonly kind: "problem"; readonly problem: ApiProblem };

export interface Receiving {
  /** Milliseconds for an answer that is held back. */
  readonly within: number;
  /** Bytes that are held back. */
  readonly limit: number;
  /** Whether the beginning and the end of a long listing are enough. */
  readonly sampled: boolean;
}

/**
 * Reads an answer: JSON and pages to the end, so that what is handed on is whole and the API's; of anything else only the head.
 * @throws the signal's reason when it is aborted
 */
export async function receive(
  request: GuardedRequest,
  { statusCode: status, headers, body }: Dispatcher.ResponseData<Sending>,
  token: string,
  { within, limit, sampled }: Receiving,
): Promise<Received> {
  const passed = answerHeaders(headers, token);
  const streamed = isStreamed(status, headers);
  let whole = await readWhole(body, streamed ? 0 : limit, within);
  // A label alone makes no file of an answer: what is JSON or a page by its first byte is read on.
  if (streamed && whole.rest !== undefined && /^\s*[[{<]/.test(String(whole.chunks[0]?.subarray(0, 64)))) {
    const { chunks } = whole;
    const more = await readWhole(whole.rest, limit, within);
    whole = { ...more, chunks: [...chunks, ...more.chunks] };
  }
  if (whole.error !== undefined && request.signal.aborted) throw request.signal.reason;
  if (whole.rest !== undefined) {
    const all = Readable.from(again(whole.chunks, whole.rest), { objectMode: false });
    return streaming(status, { ...passed, ...lengthOf(headers) }, all);
  }
  if (sampled && status === 200 && whole.error === undefined && one(headers["content-encoding"]) === undefined) {
    const body = sampleOf(whole.chunks);
    const answer = body && readAnswer({ method: request.method, status, headers, body, complete: true });
    if (answer?.kind === "json" && answer.labelled) {
      const clean = withoutToken(whole.chunks, token);
      return { kind: "answer", answer: { status, headers: passed, body: clean, json: answer.value }, sampled };
    }
  }
  const packed = Buffer.concat(whole.chunks);
  const bytes = await unpacked(packed, one(headers["content-encoding"]) ?? "", limit);
  const complete = whole.error === undefined && bytes !== undefined;
  const answer = readAnswer({ method: request.method, status, headers, body: bytes ?? packed, complete });
  const problem = problemWith(request, status, answer, whole);
  if (problem !== undefined) return { kind: "problem", problem };
  if (answer.kind !== "json") return { kind: "answer", answer: { status, headers: passed, body: packed } };
  // A client that goes by the label would take the right answer for something else.
  if (!answer.labelled) passed["content-type"] = "application/json; charset=utf-8";
  const clean = withoutToken([bytes ?? packed], token);
  return { kind: "answer", answer: { status, headers: passed, body: clean, json: answer.value } };
}

function problemWith(
  request: GuardedRequest,
  status: number,
  answer: Answer,
  { chunks, error }: Whole,
): ApiProblem | undefined {
  if (error !== undefined) {
    const lost = connectionProblem(error, request, true);
    // How far it came says more than how it broke, where something came.
    if (lost.code === "TIMEOUT" || chunks.length === 0) return lost;
  }
  // Some writes are answered with nothing: 200 and 202 of databases, for example. Those on which somebody relies are not.
  const { method, path } = request;
  const isSuccess = status >= 200 && status < 300;
  if (answer.kind === "empty" && isSuccess && !isRead(method) && contractFor(method, path, status) === undefined)
    return undefined;
  return problemOf(answer, request);
}

function streaming(status: number, headers: HeaderFields, body: Readable): Received {
  return { kind: "answer", answer: { status, headers, body } };
}

/** Kubeconfigs are YAML, bills CSV and PDF; an error is always JSON, and so is what it replaces. */
function isStreamed(status: number, headers: HeaderFields): boolean {
  if (status < 200 || status > 299) return false;
  const type = one(headers["content-type"])?.toLowerCase() ?? "";
  return /^[\w.+-]+\/[\w.+-]+/.test(type) && !/json|html|xml|^text\/plain/.test(type);
}

/** What says how a body that goes by unread is to be read. */
function lengthOf(headers: HeaderFields): HeaderFields {
  const { "content-length": length, "content-encoding": encoding } = headers;
  return {
    ...(length === undefined ? {} : { "content-length": length }),
    ...(encoding === undefined ? {} : { "content-encoding": encoding }),
  };
}

/** The API has no reason to say the token again; whatever does, as a page that shows what it was asked, does not get it to the client. */
function withoutToken(pieces: readonly Buffer[], token: string): readonly Buffer[] {
  const isShort = pieces.length > 1 && pieces.some(({ length }) => length < token.length);
  if (isShort) return withoutToken([Buffer.concat(pieces)], token);
  const edge = token.length;
  const seams = pieces.map((piece, at) =>
    Buffer.concat([piece.subarray(-edge), ...pieces.slice(at + 1, at + 2)], 2 * edge),
  );
  if (![...pieces, ...seams].some((bytes) => bytes.includes(token))) return pieces;
  return [Buffer.from(Buffer.concat(pieces).toString("latin1").replaceAll(token, "[token]"), "latin1")];
}

function one(header: string | readonly string[] | undefined): string | undefined {
  return typeof header === "object" ? header[0] : header;
}
