import type { Input } from "@pulumi/pulumi";

import { AuthenticationFailed, type Place, Unreachable } from "./errors";
import { type Line, openLine, sharedLine } from "./ssh-lines";
import { runScript } from "./ssh-run";
import { succeed } from "./succeed";

/** One machine, who to be there, and how to know that it is the right one. */
export interface SshEndpoint {
  readonly host: string;
  /** Default: 22. */
  readonly port?: number;
  readonly user: string;
  /** In OpenSSH's format, not encrypted. */
  readonly privateKey: string;
  /** `ssh-ed25519 AAAA…`: the only host key that is accepted, and the only type that is negotiated. */
  readonly hostKey: string;
}

/** A machine, and the machine that is jumped over to get there. Both host keys are pinned. */
export interface SshTarget extends SshEndpoint {
  readonly proxy?: SshEndpoint;
}

/** An endpoint as a resource takes it. */
export interface SshEndpointInput {
  readonly host: Input<string>;
  readonly port?: Input<number>;
  readonly user: Input<string>;
  readonly privateKey: Input<string>;
  readonly hostKey: Input<string>;
}

/** A target as a resource takes it. */
export interface SshTargetInput extends SshEndpointInput {
  readonly proxy?: SshEndpointInput;
}

export interface RunResult {
  /** The exit code; 128 and the signal's number when a signal ended it. */
  readonly code: number;
  readonly stdout: string;
  /** The last 256 KiB of it. */
  readonly stderr: string;
}

export interface RunOptions {
  /** What the command reads on its standard input. Default: nothing. */
  readonly stdin?: string | Buffer;
  /** After this the command is ended, here and on the machine. Default: 60 s. */
  readonly timeoutMs?: number;
  /** Exported to the script. In no command line, and the server need not accept any variable. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Called with every line of standard output and standard error as it comes. */
  readonly onLine?: (line: string) => void;
  /** What it is that is done, for errors: "installing packages". Default: "running a command". */
  readonly action?: string;
}

export interface SshSession {
  readonly place: Place;
  /**
   * Runs a bash script. The whole script is read before its first line runs, and it is in no command line.
   * @returns also when the script fails; see {@link succeed}
   * @throws ConnectionLost | Timeout | OutputTooLarge
   */
  run(script: string, options?: RunOptions): Promise<RunResult>;
  /**
   * Writes a file in one step: whoever reads it sees the old text or the new, and never with the wrong rights.
   * @param mode such as 0o644
   * @param owner `user:group`. Default: `root:root`
   */
  write(path: string, content: string | Buffer, mode: number, owner?: string): Promise<void>;
  /** Gives the connection back. */
  close(): void;
}

export interface ConnectOptions {
  /** For each hop: to connect, shake hands and authenticate. Default: 15 s. */
  readonly timeoutMs?: number;
  /** How long to try again while the machine can't be reached. Default: not at all. */
  readonly waitMs?: number;
  /** A new connection on every hop, shared with nobody: what proves that the way in is open now. */
  readonly fresh?: boolean;
}

/**
 * Connects to a machine. Within one process, connections to the same machine are shared unless `fresh`; a shared one is
 * closed when nobody has used it for some seconds.
 * @throws HostKeyMismatch at once: a wrong key never becomes right by waiting
 * @throws Unreachable | AuthenticationFailed when it still is so after `waitMs`
 * @example
 * const session = await connect({ host, user: "root", privateKey, hostKey, proxy: bastion }, { waitMs: 120_000 });
 * try {
 *   const { stdout } = await session.run("uname -a");
 * } finally {
 *   session.close();
 * }
 */
export async function connect(target: SshTarget, options: ConnectOptions = {}): Promise<SshSession> {
  const { timeoutMs = 15_000, waitMs = 0, fresh = false } = options;
  const obtain = (): Promise<Line> => (fresh ? openLine(target, timeoutMs) : sharedLine(target, timeoutMs));
  return new Session(placeOf(target), await untilReachable(obtain, waitMs), obtain);
}

/** Connects, does something, and gives the connection back whatever happens. */
export async function withSession<T>(
  target: SshTarget,
  options: ConnectOptions,
  body: (session: SshSession) => Promise<T>,
): Promise<T> {
  const session = await connect(target, options);
  try {
    return await body(session);
  } finally {
    session.close();
  }
}

class Session implements SshSession {
  constructor(
    readonly place: Place,
    private line: Line,
    private readonly obtain: () => Promise<Line>,
  ) {}

  async run(script: string, options: RunOptions = {}): Promise<RunResult> {
    try {
      return await runScript(this.line.client, this.place, script, options);
    } catch (error) {
      // Nothing was sent yet: a shared connection may have died since it was last used.
      if (!(error instanceof Unreachable)) throw error;
      this.line.discard();
      this.line = await this.obtain();
      return runScript(this.line.client, this.place, script, options);
    }
  }

  async write(path: string, content: string | Buffer, mode: number, owner = "root:root"): Promise<void> {
    const environment = { FILE: path, MODE: mode.toString(8).padStart(4, "0"), OWNER: owner };
    const action = `writing ${path}`;
    await succeed(this, writeFileScript, { action, environment, stdin: content });
  }

  close(): void {
    this.line.release();
  }
}

const writeFileScript = `set -eu
(umask 022 && mkdir -p "$(dirname "$FILE")")
umask 077
new=$(mktemp "$(dirname "$FILE")/.deploy4me.XXXXXXXX")
trap 'rm -f "$new"' EXIT
cat >"$new"
chown "$OWNER" "$new"
chmod "$MODE" "$new"
sync "$new"
mv -fT "$new" "$FILE"
`;

/** A machine that just came up may listen before its keys are in place; a wrong key, though, is soon reported. */
const authenticationGraceMs = 20_000;
const pauseMs = 500;

async function untilReachable(obtain: () => Promise<Line>, waitMs: number): Promise<Line> {
  const start = Date.now();
  let refused: number | undefined;
  for (;;) {
    try {
      return await obtain();
    } catch (error) {
      const now = Date.now();
      if (error instanceof AuthenticationFailed) refused ??= now;
      else if (!(error instanceof Unreachable)) throw error;
      const last = Math.min(start + waitMs, refused === undefined ? Infinity : refused + authenticationGraceMs);
      if (now + pauseMs > last) throw error;
      await new Promise((resolve) => setTimeout(resolve, pauseMs));
    }
  }
}

function placeOf({ host, proxy }: SshTarget): Place {
  return { host, proxy: proxy?.host, hop: "target" };
}
