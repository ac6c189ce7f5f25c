import { join } from "node:path";

import { operationVariable } from "./processes";

/**
 * What a child is handed of the environment of whoever embeds the driver: how to speak, what time it is, and the way out.
 * Everything else stays where it is: it may hold credentials of others, and options that change how the engine works.
 */
const inherited = [
  "PATH",
  "LANG",
  "LANGUAGE",
  "LC_ALL",
  "LC_CTYPE",
  "LC_MESSAGES",
  "TZ",
  "USER",
  "LOGNAME",
  "http_proxy",
  "https_proxy",
  "no_proxy",
  "all_proxy",
  "HTTP_PROXY",
  "HTTPS_PROXY",
  "NO_PROXY",
  "ALL_PROXY",
  "SSL_CERT_FILE",
  "SSL_CERT_DIR",
  "NODE_EXTRA_CA_CERTS",
] as const;

/** What a child's environment is made of. */
export interface ChildSurroundings {
  /** The operation's own folder: home, temporary files and the engine's bookkeeping are in it. */
  readonly directory: string;
  readonly operation: string;
  /** Folders before everything else on the search path: the engine's, and that of its Node. */
  readonly path: readonly string[];
  /** V8's options for every Node the engine starts. */
  readonly nodeOptions: string;
}

/** For every process of an operation: the program's, the engine and its plugins. */
export function childEnvironment(
  { directory, operation, path, nodeOptions }: ChildSurroundings,
  own: Readonly<Record<string, string | undefined>>,
): Record<string, string> {
  const environment: Record<string, string> = {};
  for (const name of inherited) {
    const value = own[name];
    if (value !== undefined) environment[name] = value;
  }
  return {
    ...environment,
    PATH: [...path, environment.PATH ?? "/usr/local/bin:/usr/bin:/bin"].join(":"),
    HOME: directory,
    TMPDIR: join(directory, "tmp"),
    NODE_OPTIONS: nodeOptions,
    [operationVariable]: operation,
  };
}

/** What the engine needs beside that. */
export interface EngineSettings {
  readonly directory: string;
  /** Without a password: see `passwordFile`. */
  readonly backendUrl: string;
  /** For `postgres://`: the password of the backend, as libpq reads it. */
  readonly postgresPasswordFile?: string;
  /** Absent with a key-management service. */
  readonly passphraseFile?: string;
  /** Of the backend or the key-management service, as `s3://` needs them. */
  readonly extra?: Readonly<Record<string, string>>;
}

/**
 * The engine's own variables. It hands them on to its plugins, so secrets are files here.
 *
 * `PULUMI_SKIP_CHECKPOINTS` is not among them: without checkpoints a crash loses what was made.
 */
export function engineVariables(settings: EngineSettings): Record<string, string> {
  const { directory, backendUrl, postgresPasswordFile, passphraseFile, extra = {} } = settings;
  return {
    ...extra,
    PULUMI_HOME: join(directory, "pulumi"),
    PULUMI_BACKEND_URL: backendUrl,
    PULUMI_SKIP_UPDATE_CHECK: "true",
    PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
    PULUMI_AUTOMATION_API: "true",
    // The event log is among what this turns on.
    PULUMI_DEBUG_COMMANDS: "true",
    // A stack's salt is in its state; the settings file is made for each operation.
    PULUMI_FALLBACK_TO_STATE_SECRETS_MANAGER: "true",
    // Its log of itself goes with the operation's folder; it needs no room before that.
    PULUMI_LOG_ROTATION_MAX_TOTAL_MB: "16",
    // Each update keeps a copy already (its history), and so do we before it.
    PULUMI_DIY_BACKEND_DISABLE_CHECKPOINT_BACKUPS: "true",
    GOGC: "50",
    ...(postgresPasswordFile === undefined ? {} : { PGPASSFILE: postgresPasswordFile }),
    ...(passphraseFile === undefined ? {} : { PULUMI_CONFIG_PASSPHRASE_FILE: passphraseFile }),
  };
}
