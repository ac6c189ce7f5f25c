import { mkdirSync } from "node:fs";
import { join } from "node:path";

import type { Leases } from "../../driver/lease/lease";
import { PostgresLeases } from "../../driver/lease/postgres-leases";
import { SqliteLeases } from "../../driver/lease/sqlite-leases";
import type { DriverOptions } from "../../driver/options";
import type { ProjectRequest } from "../../driver/request";
import { parseBackend } from "../../driver/state/backend";
import { PostgresBackups } from "../../driver/state/postgres-backups";
import { BackendInTheWay } from "./errors";

/** Where state, leases and backups are, and what encrypts secrets. */
export type Places = Pick<
  DriverOptions<ProjectRequest>,
  "home" | "backend" | "secrets" | "backups" | "backendEnvironment"
> & {
  readonly leases: Leases;
};

/** What backends and key services read, by the cloud of their address. */
const theirs: Readonly<Record<string, RegExp>> = {
  s3: /^AWS_[A-Z_]+$/,
  awskms: /^AWS_[A-Z_]+$/,
  gs: /^GOOGLE_[A-Z_]+$/,
  gcpkms: /^GOOGLE_[A-Z_]+$/,
  azblob: /^AZURE_[A-Z_]+$/,
  azurekeyvault: /^AZURE_[A-Z_]+$/,
  hashivault: /^VAULT_[A-Z_]+$/,
};

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
    ...(backend === undefined && keyService === undefined
      ? {}
      : { backendEnvironment: variablesFor([backend, keyService], environment) }),
  };
  const url = backend === undefined ? undefined : parseBackend(backend).postgres?.url;
  if (url === undefined) return { ...common, leases: new SqliteLeases(join(directory, "leases.db")) };
  return { ...common, leases: new PostgresLeases({ url }), backups: new PostgresBackups({ url }) };
}

/**
 * For a project on AWS: the engine and its providers have one environment.
 * @throws BackendInTheWay
 */
export function checkPlacesOnAws({ backendEnvironment = {} }: Pick<Places, "backendEnvironment">): void {
  const found = Object.keys(backendEnvironment).filter(
    (name) => name.startsWith("AWS_") && !name.startsWith("AWS_ENDPOINT_URL"),
  );
  if (found.length > 0) throw new BackendInTheWay(found.sort());
}

function variablesFor(places: readonly (string | undefined)[], environment: NodeJS.ProcessEnv): Record<string, string> {
  const wanted = places.flatMap((place) => theirs[place?.split(":")[0] ?? ""] ?? []);
  return Object.fromEntries(
    Object.entries(environment).flatMap(([name, value]) =>
      wanted.some((one) => one.test(name)) && value !== undefined ? [[name, value]] : [],
    ),
  );
}
