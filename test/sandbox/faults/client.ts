import { connect, type Socket } from "node:net";

/** What came out of a connection, to the byte, and how it ended. */
export interface Heard {
  readonly bytes: string;
  /** In order (FIN), or with a reset (RST). */
  readonly end: "closed" | "reset";
}

/** An answer as it stood on the wire. */
export interface WireAnswer extends Heard {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** As it was sent: with the sizes of its chunks, when it came in chunks. */
  readonly body: string;
}

export interface Ask {
  readonly method?: string;
  readonly path: string;
  readonly token?: string;
  readonly body?: object;
  /** What the request says about the connection. Default: close. */
  readonly connection?: "close" | "keep-alive";
}

/**
 * Sends a request over a connection of its own, and takes down everything that comes back.
 * @param socket connected or connecting
 */
export function talk(socket: Socket, { method = "GET", path, token, body, connection = "close" }: Ask): Promise<Heard> {
  return new Promise((resolve, reject) => {
    let bytes = "";
    socket.setEncoding("latin1");
    socket.setTimeout(10_000, () => socket.destroy(new Error(`${method} ${path} is not answered: ${bytes}`)));
    socket.on("data", (chunk: string) => (bytes += chunk));
    socket.on("end", () => {
      socket.end();
      resolve({ bytes, end: "closed" });
    });
    socket.on("error", (error: NodeJS.ErrnoException) => {
      if (error.code === "ECONNRESET") resolve({ bytes, end: "reset" });
      else reject(error);
    });
    const content = body === undefined ? "" : JSON.stringify(body);
    const lines = [
      `${method} ${path} HTTP/1.1`,
      "host: api.example",
      `connection: ${connection}`,
      ...(token === undefined ? [] : [`authorization: Bearer ${token}`]),
      ...(content === "" ? [] : ["content-type: application/json", `content-length: ${Buffer.byteLength(content)}`]),
    ];
    socket.write(`${lines.join("\r\n")}\r\n\r\n${content}`);
  });
}

export function parse(heard: Heard): WireAnswer {
  const [head = "", ...rest] = heard.bytes.split("\r\n\r\n");
  const [line = "", ...fields] = head.split("\r\n");
  const headers = fields.map((field) => {
    const at = field.indexOf(":");
    return [field.slice(0, at).toLowerCase(), field.slice(at + 1).trim()] as const;
  });
  return {
    ...heard,
    status: Number(line.split(" ")[1]),
    headers: Object.fromEntries(headers),
    body: rest.join("\r\n\r\n"),
  };
}

export function dial(port: number): Socket {
  return connect({ host: "127.0.0.1", port });
}
