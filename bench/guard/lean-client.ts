import { once } from "node:events";
import { connect, type Socket } from "node:net";

/** What is sent. */
export interface LeanRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
}

/**
 * One HTTP/1.1 connection that reads into the same memory again and again and keeps nothing. A usual client makes a buffer of each part of a long
 * answer, and what collects them, in its process and on the processors that the servers want as well, would be counted as time of the servers.
 * Understands answers that say their length; nothing else is asked for here.
 */
export class LeanClient {
  private readonly socket: Socket;
  private readonly memory = Buffer.allocUnsafe(1024 * 1024);
  private readonly host: string;
  private head = "";
  /** Bytes of the body that are still to come; undefined before the head is through. */
  private left: number | undefined;
  private length = 0;
  private status = 0;
  private waiting: { readonly resolve: (bytes: number) => void; readonly reject: (error: Error) => void } | undefined;

  constructor(url: string) {
    const { host, hostname, port } = new URL(url);
    this.host = host;
    const onread = { buffer: this.memory, callback: (bytes: number) => this.take(bytes) };
    this.socket = connect({ host: hostname, port: Number(port), noDelay: true, onread });
    const broken = (error?: Error): void => {
      this.waiting?.reject(error ?? new Error("the connection ended before the answer did"));
    };
    this.socket.on("error", broken).on("close", () => {
      broken();
    });
  }

  /**
   * One request after the other.
   * @returns how long the body was, in bytes
   * @throws when the answer is no success, or the connection breaks
   */
  send({ method, path, headers, body = "" }: LeanRequest): Promise<number> {
    const fields = {
      host: this.host,
      ...headers,
      ...(body === "" ? {} : { "content-length": String(Buffer.byteLength(body)) }),
    };
    const lines = Object.entries(fields).map(([name, value]) => `${name}: ${value}\r\n`);
    this.head = "";
    this.left = undefined;
    return new Promise((resolve, reject) => {
      this.waiting = { resolve, reject };
      this.socket.write(`${method} ${path} HTTP/1.1\r\n${lines.join("")}\r\n${body}`);
    });
  }

  async close(): Promise<void> {
    this.waiting = undefined;
    if (this.socket.destroyed) return;
    this.socket.destroy();
    await once(this.socket, "close");
  }

  /** @returns whether to go on reading */
  private take(bytes: number): boolean {
    if (this.left === undefined) {
      const end = this.readHead(bytes);
      if (end === undefined) return true;
      bytes -= end;
    }
    this.left = (this.left ?? 0) - bytes;
    if (this.left > 0) return true;
    if (this.status >= 300 || this.left < 0)
      this.waiting?.reject(new Error(`answered with ${this.status}, ${-this.left} bytes too many`));
    else this.waiting?.resolve(this.length);
    return true;
  }

  /** @returns where in what was read the body begins; undefined when the head goes on */
  private readHead(bytes: number): number | undefined {
    const before = this.head.length;
    const text = this.memory.toString("latin1", 0, Math.min(bytes, 16 * 1024));
    this.head += text;
    const end = this.head.indexOf("\r\n\r\n");
    if (end === -1) return undefined;
    const head = this.head.slice(0, end);
    this.status = Number(/^HTTP\/1\.1 (\d{3})/.exec(head)?.[1]);
    this.length = Number(/\r\ncontent-length: *(\d+)/i.exec(head)?.[1]);
    if (Number.isNaN(this.length)) this.waiting?.reject(new Error("an answer without its length"));
    this.left = this.length;
    return end + 4 - before;
  }
}
