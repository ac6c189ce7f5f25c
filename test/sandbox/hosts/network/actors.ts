import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { join } from "node:path";

import type { Reply, Request } from "./actor";

/** Somebody in a namespace who listens and knocks (actor.ts). */
export class Actor {
  private last = 0;

  private constructor(
    private readonly child: ChildProcess,
    private readonly name: string,
  ) {}

  /** @param namespace path of a network namespace; this machine's own when absent */
  static start(name: string, namespace?: string): Actor {
    const script = [process.execPath, join(__dirname, "actor.js")];
    const [program = "", ...args] = namespace === undefined ? script : ["nsenter", `--net=${namespace}`, ...script];
    return new Actor(spawn(program, args, { stdio: ["ignore", "ignore", "inherit", "ipc"] }), name);
  }

  async listen(protocol: "tcp" | "udp", ...ports: number[]): Promise<void> {
    for (const port of ports) await this.ask({ do: "listen", protocol, port, name: this.name });
  }

  /** Like {@link listen}, on one address: a datagram's answer comes from the address that the listener is bound to. */
  async listenAt(host: string, port: number): Promise<void> {
    await this.ask({ do: "listen", protocol: "udp", port, name: this.name, host });
  }

  /** @returns what the listener said (`web sees 203.0.113.3`), `silence`, or the code of the error */
  tcp(host: string, port: number, from?: string): Promise<string> {
    return this.ask({ do: "knock", protocol: "tcp", host, port, ...(from !== undefined && { from }) });
  }

  udp(host: string, port: number): Promise<string> {
    return this.ask({ do: "knock", protocol: "udp", host, port });
  }

  /** Like {@link udp}, but always from the same socket: one flow. */
  flow(host: string, port: number): Promise<string> {
    return this.ask({ do: "flow", host, port });
  }

  /** @returns the body, or the status when it is not 200 */
  fetch(url: string): Promise<string> {
    return this.ask({ do: "fetch", url });
  }

  async stop(): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    const ended = new Promise((resolve) => this.child.once("exit", resolve));
    this.child.disconnect();
    await ended;
  }

  private ask(request: Request): Promise<string> {
    const id = ++this.last;
    return new Promise((resolve, reject) => {
      const gone = () => {
        reject(new Error(`${this.name} ended before it answered`));
      };
      const hear = (reply: Reply) => {
        if (reply.id !== id) return;
        this.child.off("message", hear);
        this.child.off("exit", gone);
        if (reply.answer === undefined) reject(new Error(`${this.name}: ${reply.error ?? "no answer"}`));
        else resolve(reply.answer);
      };
      this.child.on("message", hear);
      this.child.once("exit", gone);
      this.child.send({ id, request });
    });
  }
}
