import { request } from "node:http";

import type { RawAnswer } from "../../connections/answer";

/** An answer as a client of Node's hears it, over a connection of its own, whole or not. */
export function ask(url: string, token: string, method = "GET", body?: object): Promise<RawAnswer> {
  return new Promise((resolve, reject) => {
    const content = body === undefined ? undefined : JSON.stringify(body);
    const sent = request(url, {
      method,
      agent: false,
      timeout: 10_000,
      headers: {
        authorization: `Bearer ${token}`,
        ...(content === undefined ? {} : { "content-type": "application/json", "content-length": content.length }),
      },
    });
    sent.on("timeout", () => sent.destroy(new Error(`${method} ${url} is not answered`)));
    sent.on("error", reject);
    sent.on("response", (answer) => {
      const pieces: Buffer[] = [];
      const heard = (): void => {
        const { statusCode = 0, headers, complete } = answer;
        resolve({ method, status: statusCode, headers, body: Buffer.concat(pieces), complete });
      };
      answer.on("data", (piece: Buffer) => pieces.push(piece));
      answer.on("error", heard);
      answer.on("end", heard);
    });
    sent.end(content);
  });
}
