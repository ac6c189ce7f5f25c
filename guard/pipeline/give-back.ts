import type { ServerResponse } from "node:http";

/** What is smaller is not worth it, in bytes. */
const worthwhile = 16 * 1024;

/**
 * Frees the memory of an answer's pieces as soon as the system has taken them over. Left to the garbage collector, the pieces of long listings bring it
 * to its full run every few hundred milliseconds, and each of these makes some request wait: the 99th percentile of a listing of 336 KiB is on
 * a busy machine three to five times as long then (`node dist/bench/guard/main.js calls`).
 *
 * Only for an answer that nobody keeps: afterwards its pieces are empty. One whose client goes away is left to the collector, because the system
 * may still be reading it.
 */
export function giveBackAfter(response: ServerResponse, pieces: readonly Buffer[]): void {
  response.once("finish", () => {
    for (const piece of pieces) {
      const { buffer } = piece;
      if (buffer instanceof ArrayBuffer && !isPool(piece) && !buffer.detached && buffer.byteLength >= worthwhile)
        buffer.transfer(0);
    }
  });
}

/** Whether it may be cut from what small buffers share: that is as long as `Buffer.poolSize`, and gives away no more than half of itself at once. */
function isPool({ buffer, length }: Buffer): boolean {
  return buffer.byteLength === Buffer.poolSize && length <= Buffer.poolSize / 2;
}
