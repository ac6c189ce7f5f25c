import { connect, type Socket } from "node:net";

/** A connection on which a test says what it likes. */
export class RawConnection {
  private heard = "";
  readonly closed: Promise<string>;

  private constructor(readonly socket: Socket) {
    socket.setEncoding("latin1").on("data", (text: string) => (this.heard += text));
    // A reset ends it as well; what came before it counts.
    socket.on("error", () => undefined);
    this.closed = new Promise((resolve) => {
      socket.once("close", () => {
        resolve(this.heard);
      });
    });
  }

  static to(url: string): RawConnection {
    const { hostname, port } = new URL(url);
    return new RawConnection(connect({ host: hostname, port: Number(port) }));
  }

  say(text: string): this {
    this.socket.write(text, "latin1");
    return this;
  }

  /** What was heard, as soon as it holds the text. */
  async until(text: string | RegExp): Promise<string> {
    while (this.heard.search(text) === -1) {
      if (this.socket.destroyed) throw new Error(`the connection ended without «${String(text)}»: ${this.heard}`);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    return this.heard;
  }
}
