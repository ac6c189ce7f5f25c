import { VaultRowDamaged } from "./errors";
import { type RotatableKeys, UnknownKeyVersion } from "./master-keys";
import type { Row } from "./store";
import { unwrapped, type Vault } from "./vault";

export interface Rotation {
  /** The master key that everything is under now. */
  readonly version: number;
  /** Entries that got it by this rotation. */
  readonly rewrapped: number;
  /** The master keys that are no more. */
  readonly retired: readonly number[];
}

export interface RotationOptions {
  readonly signal?: AbortSignal;
  /** After each entry. */
  readonly onProgress?: (rewrapped: number) => void;
}

/** Some entries could not get the new master key, so the old ones stay. */
export class RotationIncomplete extends Error {
  override readonly name = "RotationIncomplete";
  readonly code = "ROTATION_INCOMPLETE";

  constructor(
    readonly version: number,
    /** Their ids. */
    readonly entries: readonly string[],
    options: ErrorOptions,
  ) {
    super(
      `${entries.length} of the vault's entries do not open (${entries.slice(0, 5).join(", ")}${entries.length > 5 ? ", …" : ""}), ` +
        `so the old master keys stay. Everything else is under master key ${version}. ` +
        "Restore them from a backup, or forget those connections (deploy4me disconnect NAME --forget), then rotate again.",
      options,
    );
  }
}

/**
 * Gives the vault a new master key, while others read and write: only data keys are wrapped anew, nothing is locked, and a
 * rotation that is cut off does no harm, the next one ends it. Old keys are forgotten when no entry needs them, so a backup
 * of the vault from before needs a backup of its keyring too.
 * @throws RotationIncomplete
 * @throws VaultUnavailable
 * @throws KeyringUnusable
 */
export async function rotateMasterKey(
  vault: Vault<RotatableKeys>,
  { signal, onProgress }: RotationOptions = {},
): Promise<Rotation> {
  const { keys, store } = vault;
  const version = await keys.add();
  // From here on nobody seals with an older key, however old the keyring is that somebody has in memory.
  await store.retireKeysBefore(version);
  const failed = new Map<string, unknown>();
  let rewrapped = 0;
  for (;;) {
    const rows = await store.rowsWithKeysBefore(version, batch + failed.size);
    const left = rows.filter(({ id }) => !failed.has(id));
    if (left.length === 0) break;
    for (const row of left) {
      signal?.throwIfAborted();
      try {
        if (!(await rewrap(vault, row))) continue;
        rewrapped++;
        onProgress?.(rewrapped);
      } catch (error) {
        if (!isDamage(error)) throw error;
        // Another rotation may have been faster, and have forgotten the key that this row was read under.
        if ((await store.read(row))?.row.revision === row.revision) failed.set(row.id, error);
      }
    }
  }
  if (failed.size > 0)
    throw new RotationIncomplete(version, [...failed.keys()], { cause: failed.values().next().value });
  const retired = (await keys.versions()).filter((one) => one < version);
  for (const old of retired) await keys.retire(old);
  return { version, rewrapped, retired };
}

const batch = 100;

/** @returns false when somebody else has changed the row: it is looked at again */
async function rewrap({ keys, store }: Vault<RotatableKeys>, row: Row): Promise<boolean> {
  const dataKey = await unwrapped(keys, row);
  try {
    const { version, wrapped } = await keys.wrap(dataKey, { tenant: row.tenant, id: row.id });
    const change = { about: row.about, sealed: row.sealed, keyVersion: version, dataKey: wrapped };
    return (await store.replace(row, row.revision, change)) === "replaced";
  } finally {
    dataKey.fill(0);
  }
}

function isDamage(error: unknown): boolean {
  return error instanceof VaultRowDamaged || error instanceof UnknownKeyVersion;
}
