import { join } from "node:path";

import { Keyring, keyringFile } from "./keyring";
import { SqliteStore } from "./sqlite-store";
import { Vault } from "./vault";

/**
 * Opens the embedded vault, and makes it the first time: `vault.db` in a directory, and the keyring beside it or where
 * `DEPLOY4ME_KEYRING_FILE` says. A vault that keeps something gets no new keyring: that one could open nothing.
 * @throws KeyringUnusable
 * @throws VaultUnavailable
 * @example
 * const vault = await openEmbeddedVault(join(home().directory, "connections"));
 */
export async function openEmbeddedVault(
  directory: string,
  environment: NodeJS.ProcessEnv = process.env,
): Promise<Vault<Keyring>> {
  const store = new SqliteStore(join(directory, "vault.db"));
  try {
    const empty = (await store.keyVersions()).length === 0;
    const keys = Keyring.open(keyringFile(directory, environment), { create: empty });
    return new Vault({ store, keys });
  } catch (error) {
    await store.close();
    throw error;
  }
}
