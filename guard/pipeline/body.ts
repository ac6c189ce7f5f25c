import type { IncomingMessage } from "node:http";

import { GuardProblem } from "../problems";

/**
 * Reads a request's body. It is kept whole, because a request may have to be sent more than once.
 * @param limit bytes
 * @throws GuardProblem with REQUEST_TOO_LARGE
 */
export function readBody(request: IncomingMessage, limit: number): Promise<Buffer> {
  const announced = Number(request.headers["content-length"] ?? 0);
  if (announced > limit) return Promise.reject(tooLarge(limit));
  if (announced === 0 && request.headers["transfer-encoding"] === undefined) return Promise.resolve(nothing);
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let length = 0;
    const take = (chunk: Buffer): void => {
      length += chunk.length;
      chunks.push(chunk);
      if (length <= limit) return;
      request.off("data", take).pause();
      reject(tooLarge(limit));
    };
    request.on("data", take);
    request.once("end", () => {
      resolve(Buffer.concat(chunks));
    });
    request.once("error", reject);
    request.once("close", () => {
      reject(new Error("the client went away before its request was whole"));
    });
  });
}

const nothing = Buffer.alloc(0);

function tooLarge(limit: number): GuardProblem {
  return new GuardProblem(
    "REQUEST_TOO_LARGE",
    `The request is larger than the ${limit} bytes that the guard keeps of one. Nothing of DigitalOcean's API needs as much: see what the client sends.`,
  );
}
