import { createHash } from "node:crypto";
import { realpathSync } from "node:fs";
import { createServer, type Server } from "node:net";

/** Another daemon, or a command that cleans up, has the sandbox. */
export class SandboxInUse extends Error {
  override readonly name = "SandboxInUse";
  readonly code = "SANDBOX_IN_USE";

  constructor(readonly directory: string) {
    super(`the sandbox in ${directory} is in use by another process: one daemon to a directory.`);
  }
}

/**
 * Takes a sandbox's directory for this process. The lock is an abstract socket: the kernel holds it, and however the
 * process ends, it is free again.
 * @returns gives it back
 * @throws SandboxInUse
 */
export async function lockSandbox(directory: string): Promise<() => Promise<void>> {
  const name = createHash("sha256").update(realpathSync(directory)).digest("hex").slice(0, 32);
  const server = createServer((socket) => socket.destroy());
  try {
    await listen(server, `\0deploy4me-${name}`);
  } catch (error) {
    if (isAddressInUse(error)) throw new SandboxInUse(directory);
    throw error;
  }
  // The lock alone keeps no process alive.
  server.unref();
  return () =>
    new Promise((resolve) => {
      server.close(() => {
        resolve();
      });
    });
}

function listen(server: Server, path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen({ path }, resolve);
  });
}

/** By its code alone: errors of Node's own may be of another realm. */
export function isAddressInUse(error: unknown): boolean {
  return typeof error === "object" && error !== null && "code" in error && error.code === "EADDRINUSE";
}
