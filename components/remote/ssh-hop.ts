import { connect as dialTcp, type Socket } from "node:net";
import type { Readable } from "node:stream";

import { Client } from "ssh2";

import { AuthenticationFailed, HostKeyMismatch, type Place, type SshError, Unreachable } from "./errors";
import type { SshEndpoint } from "./ssh";
import { fingerprint, keyBlob } from "./ssh-keys";

/** What went wrong on one hop. Whose way it was on is known only to who asked: several may wait for the same proxy. */
export class HopProblem extends Error {
  constructor(readonly at: (place: Place) => SshError) {
    super("a hop could not be opened");
  }
}

/** Only what OpenSSH prefers itself; the host key's type is the pinned one. */
const algorithms = {
  serverHostKey: ["ssh-ed25519"],
  kex: ["curve25519-sha256", "curve25519-sha256@libssh.org"],
  cipher: ["aes128-gcm@openssh.com", "aes256-gcm@openssh.com", "chacha20-poly1305@openssh.com"],
  hmac: ["hmac-sha2-256-etm@openssh.com", "hmac-sha2-512-etm@openssh.com"],
  compress: ["none"],
} as const;

const keepaliveMs = 5_000;
const keepalivesMissed = 4;

/**
 * Opens one hop: connects (or uses `through`, a stream that a proxy opened), checks the host key, authenticates.
 * @throws HopProblem
 */
export async function openHop(endpoint: SshEndpoint, timeoutMs: number, through?: Readable): Promise<Client> {
  const deadline = Date.now() + timeoutMs;
  const pinned = keyBlob(endpoint.hostKey);
  const sock = through ?? (await dial(endpoint, timeoutMs));
  return new Promise((resolve, reject) => {
    const client = new Client();
    let shown: Buffer | undefined;
    const fail = (at: (place: Place) => SshError): void => {
      client.destroy();
      sock.destroy();
      reject(new HopProblem(at));
    };
    const mismatch = (actual: string | undefined): void => {
      fail((place) => new HostKeyMismatch(place, fingerprint(pinned), actual));
    };
    client.once("ready", () => {
      resolve(client);
    });
    // Stays for good: whoever runs a command listens too, but an idle connection's error must not end the process.
    client.on("error", (error: Error & { level?: string }) => {
      if (shown && !shown.equals(pinned)) mismatch(fingerprint(shown));
      else if (error.message.includes("no matching host key")) mismatch(undefined);
      else if (error.level === "client-authentication") fail((place) => new AuthenticationFailed(place, endpoint.user));
      else if (error.level === "client-timeout")
        fail(unreachable(`no SSH handshake within ${timeoutMs / 1000} s`, error));
      else fail(unreachable(error.message, error));
    });
    client.once("close", () => {
      fail(unreachable("it closed the connection before the SSH handshake was done"));
    });
    client.connect({
      sock,
      username: endpoint.user,
      privateKey: endpoint.privateKey,
      authHandler: ["publickey"],
      algorithms: algorithms as unknown as NonNullable<Parameters<Client["connect"]>[0]["algorithms"]>,
      hostVerifier: (key: Buffer) => {
        shown = key;
        return key.equals(pinned);
      },
      readyTimeout: Math.max(1, deadline - Date.now()),
      keepaliveInterval: keepaliveMs,
      keepaliveCountMax: keepalivesMissed,
    });
  });
}

/**
 * Lets a proxy connect to a machine.
 * @throws HopProblem
 */
export function forward(proxy: Client, { host, port = 22 }: SshEndpoint, timeoutMs: number): Promise<Readable> {
  return new Promise((resolve, reject) => {
    let waiting = true;
    const fail = (reason: string, cause?: unknown): void => {
      if (!waiting) return;
      waiting = false;
      clearTimeout(timer);
      proxy.off("close", onClose);
      reject(new HopProblem(unreachable(reason, cause)));
    };
    const onClose = (): void => {
      fail("the connection to the proxy was closed");
    };
    const timer = setTimeout(() => {
      fail(`the proxy got no answer from it within ${timeoutMs / 1000} s`);
    }, timeoutMs);
    proxy.once("close", onClose);
    try {
      proxy.forwardOut("127.0.0.1", 0, host, port, (error, channel) => {
        if (error) fail(`the proxy could not connect to it (${error.message})`, error);
        else if (!waiting) channel.destroy();
        else {
          waiting = false;
          clearTimeout(timer);
          proxy.off("close", onClose);
          resolve(channel);
        }
      });
    } catch (error) {
      fail("the connection to the proxy was closed", error);
    }
  });
}

function dial({ host, port = 22 }: SshEndpoint, timeoutMs: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = dialTcp({ host, port, noDelay: true, keepAlive: true });
    const fail = (reason: string, cause?: unknown): void => {
      clearTimeout(timer);
      socket.destroy();
      reject(new HopProblem(unreachable(reason, cause)));
    };
    const timer = setTimeout(() => {
      fail(`no answer from port ${port} within ${timeoutMs / 1000} s`);
    }, timeoutMs);
    const onError = (error: NodeJS.ErrnoException): void => {
      fail(
        error.code === "ECONNREFUSED" ? `port ${port} refuses connections` : error.message || (error.code ?? "error"),
        error,
      );
    };
    socket.once("error", onError);
    socket.once("connect", () => {
      clearTimeout(timer);
      socket.off("error", onError);
      resolve(socket);
    });
  });
}

function unreachable(reason: string, cause?: unknown): (place: Place) => SshError {
  return (place) => new Unreachable(place, reason, cause);
}
