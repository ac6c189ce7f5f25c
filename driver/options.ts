import { mkdirSync, existsSync, writeFileSync } from "node:fs";
import { randomBytes } from "node:crypto";
import { isAbsolute, join, resolve } from "node:path";

import type { Credentials } from "./credentials";
import { type Engine, findEngine } from "./engine";
import type { Leases } from "./lease/lease";
import { type Deployments, SqliteDeployments } from "./life/deployments";
import { SqliteLeases } from "./lease/sqlite-leases";
import type { Recovery } from "./pending";
import type { Program } from "./program";
import { usualBudgetMb } from "./runner/admission";
import { type Backend, parseBackend } from "./state/backend";
import { type Backups, FileBackups } from "./state/backups";

/** How long things may take, in milliseconds. */
export interface Times {
  /** From a request to stop until everything is killed. Default: 3000. */
  readonly graceMs: number;
  /** How long a program may compute without a pause. Default: 30 000. */
  readonly hangMs: number;
  /** One operation. Default: two hours. */
  readonly operationMs: number;
  /** A call of the engine that deploys nothing. Default: 60 000. */
  readonly callMs: number;
}

/** Of all that the driver starts, in MB: what processes have for themselves; the programs' own text is shared by all. */
export interface Memory {
  /** What all operations together may use: more of them wait. Default: half of what there is. */
  readonly budgetMb: number;
  /** What one operation is taken to need. Default: 160, a deployment with dynamic providers (bench/README.md). */
  readonly stackMb: number;
  /** An operation that uses more is stopped. Default: 1024. */
  readonly limitMb: number;
  /** An operation that writes more events, or prints more, is stopped. Default: 256. */
  readonly outputMb: number;
}

/** What encrypts secrets in the state. */
export type Secrets =
  | { readonly kind: "passphrase"; readonly file: string }
  /** `awskms://…`, `gcpkms://…`, `azurekeyvault://…`, `hashivault://…`: as Pulumi's `--secrets-provider` takes it. */
  | { readonly kind: "key-service"; readonly url: string };

export interface DriverOptions<Request> {
  /** A folder that only its owner may enter: leases, backups, state and what operations work with. Made when missing. */
  readonly home: string;
  readonly credentials: Credentials;
  readonly program: Program<Request>;
  /** `file:///folder`, `postgres://host/database`, `s3://bucket`. Default: the folder `state` in the home. */
  readonly backend?: string;
  /** Default: a passphrase in the home, made when missing. Without it nobody reads the secrets in the state. */
  readonly secrets?: Secrets;
  /** Variables that the backend or the key-management service needs, such as `AWS_REGION`. Default: none. */
  readonly backendEnvironment?: Readonly<Record<string, string>>;
  /** Default: the checkout's, or the one on the search path. */
  readonly engine?: Engine;
  /** Default: a file in the home. Processes of several machines need `PostgresLeases`. */
  readonly leases?: Leases;
  /** Default: the folder `backups` in the home. */
  readonly backups?: Backups;
  /** Settles what a dead operation left in flight. Default: the program's own, or else such a stack is refused. */
  readonly recovery?: Recovery;
  /** How long which deployment is there. Default: a file in the home. */
  readonly deployments?: Deployments;
  /** Milliseconds since 1970, for times to live. Default: the machine's clock. */
  readonly now?: () => number;
  readonly times?: Partial<Times>;
  readonly memory?: Partial<Memory>;
}

/** The options with every default filled in. */
export interface Settings<Request> {
  readonly home: string;
  readonly runs: string;
  readonly credentials: Credentials;
  readonly program: Program<Request>;
  readonly backend: Backend;
  readonly secrets: Secrets;
  readonly backendEnvironment: Readonly<Record<string, string>>;
  readonly engine: Engine;
  readonly leases: Leases;
  readonly backups: Backups;
  readonly recovery: Recovery | ((request: Request) => Recovery) | undefined;
  readonly deployments: Deployments;
  readonly now: () => number;
  readonly times: Times;
  readonly memory: Memory;
}

/**
 * @throws InvalidBackend
 * @throws EngineMissing
 */
export function settingsOf<Request>(options: DriverOptions<Request>): Settings<Request> {
  const home = resolve(options.home);
  mkdirSync(home, { recursive: true, mode: 0o700 });
  const backend = parseBackend(options.backend ?? `file://${join(home, "state")}`);
  if (backend.folder !== undefined) mkdirSync(backend.folder, { recursive: true, mode: 0o700 });
  if (!isAbsolute(options.program.module))
    throw new Error(`the program's module has to be an absolute path (it is ${options.program.module})`);
  return {
    home,
    runs: join(home, "runs"),
    credentials: options.credentials,
    program: options.program,
    backend,
    secrets: options.secrets ?? { kind: "passphrase", file: passphraseIn(home) },
    backendEnvironment: options.backendEnvironment ?? {},
    engine: options.engine ?? findEngine(),
    leases: options.leases ?? new SqliteLeases(join(home, "leases.db")),
    backups: options.backups ?? new FileBackups(join(home, "backups")),
    deployments: options.deployments ?? new SqliteDeployments(join(home, "deployments.db")),
    now: options.now ?? Date.now,
    recovery: options.recovery ?? options.program.recovery,
    times: { graceMs: 3_000, hangMs: 30_000, operationMs: 2 * 3_600_000, callMs: 60_000, ...options.times },
    memory: { budgetMb: usualBudgetMb(), stackMb: 160, limitMb: 1_024, outputMb: 256, ...options.memory },
  };
}

function passphraseIn(home: string): string {
  const file = join(home, "passphrase");
  try {
    writeFileSync(file, `${randomBytes(24).toString("base64url")}\n`, { mode: 0o600, flag: "wx" });
  } catch (error) {
    if (!existsSync(file)) throw error;
  }
  return file;
}
