import { connect } from "node:net";

/**
 * Sends bytes, whatever they are, and collects what comes back until the other side closes, or is silent for a while.
 * @param parts each is a packet of its own
 */
export function exchange(port: number, parts: readonly Buffer[], quietMs = 150): Promise<string> {
  return new Promise((resolve) => {
    const received: Buffer[] = [];
    const socket = connect({ host: "127.0.0.1", port, noDelay: true });
    const finish = (): void => {
      clearTimeout(timer);
      socket.destroy();
      resolve(Buffer.concat(received).toString("latin1"));
    };
    let timer = setTimeout(finish, quietMs * 10);
    socket.on("data", (chunk) => {
      received.push(chunk);
      clearTimeout(timer);
      timer = setTimeout(finish, quietMs);
    });
    socket.on("close", finish);
    // A reset is an answer too.
    socket.on("error", finish);
    socket.on("connect", () => {
      for (const part of parts) socket.write(part);
    });
  });
}

/** The statuses of all responses in what came back. */
export function statuses(text: string): number[] {
  return [...text.matchAll(/HTTP\/1\.[01] (\d{3}) /g)].map(([, status]) => Number(status));
}

export interface RawRequest {
  readonly method?: string;
  readonly target?: string;
  readonly headers?: readonly string[];
  readonly body?: Buffer | string;
}

/**
 * A request as bytes: nothing is checked, escaped or added but what makes it come through to the route. Its connection
 * ends with it, unless its headers say otherwise.
 */
export function bytes(
  authorization: string,
  { method = "POST", target = "/v2/tags", headers, body }: RawRequest,
): Buffer {
  const content = Buffer.from(body ?? "");
  const own = headers ?? ["content-type: application/json", `content-length: ${content.length}`];
  const lines = [
    `${method} ${target} HTTP/1.1`,
    "host: 127.0.0.1",
    `authorization: ${authorization}`,
    ...(own.some((header) => header.startsWith("connection:")) ? [] : ["connection: close"]),
    ...own,
  ];
  return Buffer.concat([Buffer.from(`${lines.join("\r\n")}\r\n\r\n`, "latin1"), content]);
}
