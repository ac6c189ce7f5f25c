import { mkdirSync } from "node:fs";
import { dirname } from "node:path";
import { DatabaseSync } from "node:sqlite";

import { z } from "zod";

import { messageOf } from "../cause";
import { DriverError } from "../errors";
import type { StackId } from "../stack-id";

/** What is known of a deployment's life. */
export interface Deployment {
  readonly stack: StackId;
  /** When it was first brought about, in milliseconds since 1970. */
  readonly made: number;
  /** As its last request has it: an ISO 8601 duration from then, or the end itself. Absent: for good. */
  readonly timeToLive?: string;
  /** What it was last deployed for, as the program lets it be kept: without secrets. Absent: nobody wrote it down. */
  readonly request?: unknown;
  /** When people were told of which end. */
  readonly announced?: { readonly at: number; readonly end: number };
}

/** Which deployments there are, and how long. Whoever shares stacks shares this. */
export interface Deployments {
  /**
   * It is being brought about: the first time counts, and the last time to live.
   * @param request plain data without secrets. Default: what was kept before stays
   */
  noted(stack: StackId, now: number, timeToLive: string | undefined, request?: unknown): Promise<void>;
  announced(stack: StackId, announcement: NonNullable<Deployment["announced"]>): Promise<void>;
  /** It is gone. */
  gone(stack: StackId): Promise<void>;
  /** In the order in which they were made. */
  all(): Promise<readonly Deployment[]>;
  close(): Promise<void>;
}

/** The record of deployments can't be read or written. */
export class DeploymentsUnavailable extends DriverError {
  override readonly name = "DeploymentsUnavailable";
  readonly code = "DEPLOYMENTS_UNAVAILABLE";

  constructor(
    readonly where: string,
    options: ErrorOptions,
  ) {
    super(
      `the record of deployments in ${where} can't be read or written: ${messageOf(options.cause)}. Nothing was started.`,
      options,
    );
  }
}

const row = z.object({
  project: z.string(),
  stack: z.string(),
  made: z.int(),
  time_to_live: z.string().nullable(),
  request: z.string().nullable(),
  announced_at: z.int().nullable(),
  announced_end: z.int().nullable(),
});

/** In a file, for all processes of one machine. */
export class SqliteDeployments implements Deployments {
  private database: DatabaseSync | undefined;

  /** @param file made when it is not there, with its folder */
  constructor(private readonly file: string) {}

  noted({ project, stack }: StackId, now: number, timeToLive: string | undefined, request?: unknown): Promise<void> {
    return this.with((database) => {
      database
        .prepare(
          `INSERT INTO deployment (project, stack, made, time_to_live, request) VALUES (?, ?, ?, ?, ?)
           ON CONFLICT (project, stack) DO UPDATE SET time_to_live = excluded.time_to_live,
             request = coalesce(excluded.request, request)`,
        )
        .run(project, stack, now, timeToLive ?? null, request === undefined ? null : JSON.stringify(request));
    });
  }

  announced({ project, stack }: StackId, { at, end }: NonNullable<Deployment["announced"]>): Promise<void> {
    return this.with((database) => {
      database
        .prepare("UPDATE deployment SET announced_at = ?, announced_end = ? WHERE project = ? AND stack = ?")
        .run(at, end, project, stack);
    });
  }

  gone({ project, stack }: StackId): Promise<void> {
    return this.with((database) => {
      database.prepare("DELETE FROM deployment WHERE project = ? AND stack = ?").run(project, stack);
    });
  }

  all(): Promise<readonly Deployment[]> {
    return this.with((database) => {
      const found = database.prepare("SELECT * FROM deployment ORDER BY made, project, stack").all();
      return z.array(row).parse(found).map(deploymentOf);
    });
  }

  async close(): Promise<void> {
    await Promise.resolve();
    this.database?.close();
    this.database = undefined;
  }

  private async with<Value>(work: (database: DatabaseSync) => Value): Promise<Value> {
    await Promise.resolve();
    try {
      return work(this.open());
    } catch (cause) {
      throw new DeploymentsUnavailable(this.file, { cause });
    }
  }

  private open(): DatabaseSync {
    if (this.database !== undefined) return this.database;
    mkdirSync(dirname(this.file), { recursive: true, mode: 0o700 });
    const database = new DatabaseSync(this.file, { timeout: 5_000 });
    database.exec(`PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;
      CREATE TABLE IF NOT EXISTS deployment (
        project TEXT NOT NULL, stack TEXT NOT NULL, made INTEGER NOT NULL, time_to_live TEXT,
        announced_at INTEGER, announced_end INTEGER, PRIMARY KEY (project, stack)
      ) STRICT`);
    addRequests(database);
    this.database = database;
    return database;
  }
}

/** Records of earlier versions have no requests; of two processes that open one at once, the second finds them there. */
function addRequests(database: DatabaseSync): void {
  database.exec("BEGIN IMMEDIATE");
  try {
    const columns = database.prepare("SELECT name FROM pragma_table_info('deployment')").all();
    if (!columns.some(({ name }) => name === "request"))
      database.exec("ALTER TABLE deployment ADD COLUMN request TEXT");
    database.exec("COMMIT");
  } catch (error) {
    database.exec("ROLLBACK");
    throw error;
  }
}

function deploymentOf({
  project,
  stack,
  made,
  time_to_live,
  request,
  announced_at,
  announced_end,
}: z.infer<typeof row>): Deployment {
  return {
    stack: { project, stack },
    made,
    ...(time_to_live === null ? {} : { timeToLive: time_to_live }),
    ...(request === null ? {} : { request: JSON.parse(request) as unknown }),
    ...(announced_at === null || announced_end === null ? {} : { announced: { at: announced_at, end: announced_end } }),
  };
}
