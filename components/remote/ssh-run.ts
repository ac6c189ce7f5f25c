import { constants } from "node:os";
import { StringDecoder } from "node:string_decoder";

import type { Client, ClientChannel } from "ssh2";

import { ConnectionLost, OutputTooLarge, type Place, Timeout, Unreachable } from "./errors";
import type { RunOptions, RunResult } from "./ssh";

const defaultTimeoutMs = 60_000;
/** How long the machine has to end a command that took too long, before the connection counts as stalled. */
const endingMs = 8_000;
const openingMs = 15_000;
export const stdoutLimit = 8 * 1024 * 1024;
const stderrLimit = 256 * 1024;
const lineLimit = 10_000;

/** Stands at the end of every script: one that was cut off on its way must not run. */
const lastLine = "#deploy4me:end";

/** The script's name, bytes and time limit are all that a command line shows; the script itself comes on standard input. */
export function remoteCommand(scriptBytes: number, timeoutMs: number): string {
  const read = `script=$(head -c "$1"); case $script in *"${lastLine}") eval "$script";; *) exit 97;; esac`;
  return `exec timeout --kill-after=5 ${timeoutMs / 1000} bash -c '${read}' deploy4me ${scriptBytes}`;
}

/** A script with the assignments of its environment before it. */
export function completeScript(script: string, environment: Readonly<Record<string, string>> = {}): string {
  if (script.includes("\0")) throw new TypeError("a script can't contain a NUL character");
  return [...Object.entries(environment).map(assignment), script, lastLine].join("\n");
}

/** In base64, so that no value has to be quoted; the `x` keeps newlines at the end, which `$(…)` would drop. */
function assignment([name, value]: [string, string]): string {
  if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) throw new TypeError(`${name} can't be the name of a variable`);
  if (value.includes("\0")) throw new TypeError(`the variable ${name} can't contain a NUL character`);
  const encoded = Buffer.from(value).toString("base64");
  return `${name}=$(base64 -d <<<'${encoded}' && printf x) || exit 97; export ${name}="\${${name}%x}"`;
}

/**
 * @throws Unreachable when the command was not sent
 * @throws ConnectionLost | Timeout | OutputTooLarge
 */
export async function runScript(client: Client, place: Place, script: string, options: RunOptions): Promise<RunResult> {
  const { stdin = "", timeoutMs = defaultTimeoutMs, environment, onLine, action = "running a command" } = options;
  const input = Buffer.from(completeScript(script, environment));
  const channel = await openChannel(client, place, remoteCommand(input.length, timeoutMs));
  const start = Date.now();
  const out = new Output(stdoutLimit, onLine);
  const err = new Output(stderrLimit, onLine);
  return new Promise<RunResult>((resolve, reject) => {
    let code: number | undefined;
    let reason = "the connection was closed";
    const settle = (error: Error | undefined): void => {
      clearTimeout(stalled);
      client.off("error", onError);
      client.off("close", onClose);
      if (error) {
        channel.close();
        reject(error);
      } else resolve({ code: code ?? 0, stdout: out.end(), stderr: err.end() });
    };
    const onError = (error: Error): void => {
      reason = error.message;
    };
    const onClose = (): void => {
      const error = code === undefined ? new ConnectionLost(place, reason) : undefined;
      settle(error ?? outOfTime());
    };
    const outOfTime = (): Timeout | undefined =>
      (code === 124 || code === 137) && Date.now() - start >= timeoutMs - 50
        ? new Timeout(place, action, timeoutMs)
        : undefined;
    const stalled = setTimeout(() => {
      settle(new Timeout(place, action, timeoutMs));
      // It did not even report the end that the machine's own time limit brings: nobody may use it again.
      client.destroy();
    }, timeoutMs + endingMs);
    client.on("error", onError);
    client.on("close", onClose);
    channel.on("data", (chunk: Buffer) => {
      if (!out.add(chunk)) settle(new OutputTooLarge(place, stdoutLimit));
    });
    channel.stderr.on("data", (chunk: Buffer) => {
      err.addToEnd(chunk);
    });
    channel.on("exit", (status: number | null, signal?: string) => {
      const signals: Partial<Record<string, number>> = constants.signals;
      code = status ?? 128 + (signals[signal ?? ""] ?? 0);
    });
    channel.on("error", onError);
    channel.on("close", onClose);
    channel.write(input);
    channel.end(stdin);
  });
}

function openChannel(client: Client, place: Place, command: string): Promise<ClientChannel> {
  return new Promise((resolve, reject) => {
    const fail = (reason: string, cause?: unknown): void => {
      clearTimeout(timer);
      reject(new Unreachable(place, reason, cause));
    };
    const timer = setTimeout(() => {
      fail("an open connection does not answer any more");
    }, openingMs);
    const onClose = (): void => {
      fail("the connection was closed");
    };
    client.once("close", onClose);
    try {
      client.exec(command, (error, channel) => {
        clearTimeout(timer);
        client.off("close", onClose);
        if (error) fail(error.message, error);
        else resolve(channel);
      });
    } catch (error) {
      fail("the connection was closed", error);
    }
  });
}

/** What a command writes, kept within a limit and handed on line by line. */
class Output {
  private chunks: Buffer[] = [];
  private size = 0;
  private readonly decoder = new StringDecoder("utf8");
  private rest = "";

  constructor(
    private readonly limit: number,
    private readonly onLine: ((line: string) => void) | undefined,
  ) {}

  /** @returns false when it is more than the limit */
  add(chunk: Buffer): boolean {
    this.lines(chunk);
    this.chunks.push(chunk);
    this.size += chunk.length;
    return this.size <= this.limit;
  }

  /** Keeps only the end when it is more than the limit. */
  addToEnd(chunk: Buffer): void {
    this.add(chunk);
    while (this.size > this.limit) {
      const first = this.chunks.shift();
      if (!first) return;
      this.size -= first.length;
      const kept = first.subarray(Math.min(first.length, Math.max(0, first.length - (this.limit - this.size))));
      if (kept.length > 0) {
        this.chunks.unshift(kept);
        this.size += kept.length;
        return;
      }
    }
  }

  end(): string {
    if (this.rest !== "") this.onLine?.(this.rest);
    this.rest = "";
    return Buffer.concat(this.chunks).toString("utf8");
  }

  private lines(chunk: Buffer): void {
    if (!this.onLine) return;
    const parts = (this.rest + this.decoder.write(chunk)).split("\n");
    this.rest = (parts.pop() ?? "").slice(-lineLimit);
    for (const line of parts) this.onLine(line.slice(0, lineLimit));
  }
}
