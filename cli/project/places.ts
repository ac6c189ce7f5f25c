import { mkdirSync } from "node:fs";
import { join } from "node:path";

import type { Leases } from "../../driver/lease/lease";
import { PostgresLeases } from "../../driver/lease/postgres-leases";
import { SqliteLeases } from "../../driver/lease/sqlite-leases";
import type { DriverOptions } from "../../driver/options";
import type { ProjectRequest } from "../../driver/request";
import { parseBackend } from "../../driver/state/backend";
import { PostgresBackups } from "../../driver/state/postgres-backups";

/** Where state, leases and backups are, and what encrypts secrets. */
export type Places = Pick<
  DriverOptions<ProjectRequest>,
  "home" | "backend" | "secrets" | "backups" | "backendEnvironment"
> & {
  readonly leases: Leases;
};

/** What backends and key services read (AWS, Google Cloud, Azure, Vault). */
const theirs = /^(?:AWS|GOOGLE|AZURE|VAULT)_[A-Z_]+$/;

/**
 * - `DEPLOY4ME_BACKEND`: `file:///folder`, `postgres://host/database` (leases and backups are there as well) or `s3://bucket`.
 *   Default: the folder.
 * - `DEPLOY4ME_SECRETS_PROVIDER`: `awskms://…` and so on. Default: a passphrase in the folder.
 * @throws InvalidBackend
 */
export function placesIn(directory: string, environment: NodeJS.ProcessEnv): Places {
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const { DEPLOY4ME_BACKEND: backend, DEPLOY4ME_SECRETS_PROVIDER: keyService } = environment;
  const common = {
    home: directory,
    ...(backend === undefined ? {} : { backend }),
    ...(keyService === undefined ? {} : { secrets: { kind: "key-service", url: keyService } as const }),
    ...(backend === undefined && keyService === undefined ? {} : { backendEnvironment: variablesOf(environment) }),
  };
  const url = backend === undefined ? undefined : parseBackend(backend).postgres?.url;
  if (url === undefined) return { ...common, leases: new SqliteLeases(join(directory, "leases.db")) };
  return { ...common, leases: new PostgresLeases({ url }), backups: new PostgresBackups({ url }) };
}

function variablesOf(environment: NodeJS.ProcessEnv): Record<string, string> {
  return Object.fromEntries(
    Object.entries(environment).flatMap(([name, value]) =>
      theirs.test(name) && value !== undefined ? [[name, value]] : [],
    ),
  );
}
