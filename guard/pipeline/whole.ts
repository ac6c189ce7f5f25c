import type { Readable } from "node:stream";
import { promisify } from "node:util";
import { brotliDecompress, gunzip, inflate, zstdDecompress } from "node:zlib";

export interface Whole {
  readonly chunks: readonly Buffer[];
  /** Why the end did not come. */
  readonly error?: Error;
  /** What was longer than the limit: the rest of it, still to be read. */
  readonly rest?: Readable;
}

/**
 * Reads a body until its end, or until it is longer than the limit.
 * @param within milliseconds for all of it: one that comes byte by byte never runs into the time between two parts
 */
export async function readWhole(body: Readable, limit: number, within: number): Promise<Whole> {
  // An error may come while nobody listens: whoever reads on finds it in the stream.
  body.on("error", () => undefined);
  if (body.errored !== null) return { chunks: [], error: body.errored };
  if (body.readableEnded) return { chunks: [] };
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let length = 0;
    const done = (whole: Omit<Whole, "chunks">): void => {
      clearTimeout(timer);
      body.off("data", take).off("end", end).off("error", fail);
      resolve({ chunks, ...whole });
    };
    const take = (chunk: Buffer): void => {
      chunks.push(chunk);
      length += chunk.length;
      if (length <= limit) return;
      body.pause();
      done({ rest: body });
    };
    const end = (): void => {
      done({});
    };
    const fail = (error: Error): void => {
      done({ error });
    };
    const timer = setTimeout(() => {
      const late = Object.assign(new Error("the answer took too long"), { name: "TimeoutError" });
      done({ error: late });
      body.destroy(late);
    }, within);
    body.on("data", take).on("end", end).on("error", fail);
    // It may have been stopped by a reading before.
    body.resume();
  });
}

/** What was read already, and then the rest as it comes. */
export async function* again(chunks: readonly Buffer[], rest: Readable): AsyncGenerator<Buffer> {
  yield* chunks;
  for await (const chunk of rest) yield chunk as Buffer;
}

type Unpack = (bytes: Buffer, options: { maxOutputLength: number }) => Promise<Buffer>;
const encodings: Readonly<Record<string, Unpack>> = {
  gzip: promisify(gunzip),
  "x-gzip": promisify(gunzip),
  deflate: promisify(inflate),
  br: promisify(brotliDecompress),
  zstd: promisify(zstdDecompress),
};

/**
 * Unpacks a body. The API is asked for none of this; what stands in front of it may do as it likes.
 * @returns undefined when it can't be unpacked: broken, unknown, or longer than the limit then
 */
export async function unpacked(bytes: Buffer, encoding: string, limit: number): Promise<Buffer | undefined> {
  const name = encoding.trim().toLowerCase();
  if (name === "" || name === "identity" || bytes.length === 0) return bytes;
  const unpack = Object.hasOwn(encodings, name) ? encodings[name] : undefined;
  try {
    return await unpack?.(bytes, { maxOutputLength: limit });
  } catch {
    return undefined;
  }
}
