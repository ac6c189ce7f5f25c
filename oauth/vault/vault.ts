import { randomBytes, randomUUID } from "node:crypto";

import {
  type AccountSeen,
  type Connection,
  type ConnectionKind,
  type ConnectionReference,
  connectionSchema,
  type Credentials,
  credentialsSchema,
} from "../connection";
import { noRenewal, type Renewal } from "../renewal";
import { aboutOf, aboutText, pathsOf } from "./about";
import { keyLength, seal, SealBroken, unseal } from "./envelope";
import { ConnectionNotFound, VaultContended, VaultRowDamaged } from "./errors";
import { KeyDoesNotFit, type MasterKeys, UnknownKeyVersion } from "./master-keys";
import type { Row, RowChange, Store } from "./store";

/** A connection with all that the vault keeps of it. */
export interface Entry {
  readonly connection: Connection;
  readonly credentials: Credentials;
  readonly renewal: Renewal;
  /** By the store's clock, when it was read. */
  readonly at: Date;
}

/** What becomes of an entry; what is absent stays. */
export interface Change {
  readonly credentials?: Credentials;
  readonly account?: AccountSeen;
  readonly state?:
    { readonly state: "usable" } | { readonly state: "reconnect"; readonly reason: NonNullable<Connection["reason"]> };
  readonly renewal?: Renewal;
}

export interface NewConnection {
  readonly tenant: string;
  readonly name: string;
  readonly credentials: Credentials;
  readonly account?: AccountSeen;
}

export interface VaultOptions<Keys extends MasterKeys> {
  readonly store: Store;
  readonly keys: Keys;
  /** Of the times that connections show. Default: this machine's. */
  readonly clock?: () => Date;
}

/**
 * Connections, their credentials sealed. Each has a data key of its own, and a new one whenever its credentials change; the
 * data keys are wrapped by a master key. Both are bound to tenant and id.
 */
export class Vault<Keys extends MasterKeys = MasterKeys> {
  readonly store: Store;
  readonly keys: Keys;
  private readonly clock: () => Date;

  constructor({ store, keys, clock = () => new Date() }: VaultOptions<Keys>) {
    this.store = store;
    this.keys = keys;
    this.clock = clock;
  }

  /** @throws ConnectionNameTaken */
  async add({ tenant, name, credentials, account }: NewConnection): Promise<Connection> {
    const now = this.clock();
    const { kind } = credentials;
    const connection = connectionSchema.parse({
      tenant,
      id: randomUUID(),
      name,
      kind,
      state: "usable",
      ...(account === undefined ? {} : { account }),
      created: now,
      changed: now,
    });
    const about = aboutText(connection, noRenewal);
    for (let attempt = 0; attempt < patience; attempt++) {
      const sealed = await this.seal(connection, credentials);
      const row = { tenant, id: connection.id, name, kind, about, ...sealed };
      if ((await this.store.insert(row)) === "inserted") return connection;
    }
    throw new VaultContended(connection.id, patience);
  }

  /** In the order of their names. */
  async list(tenant: string): Promise<readonly Connection[]> {
    return (await this.store.list(tenant)).map((row) => aboutOf(row).connection);
  }

  /**
   * @throws ConnectionNotFound
   * @throws VaultRowDamaged
   */
  async find(tenant: string, name: string): Promise<Connection> {
    return aboutOf(await this.rowOf(tenant, name)).connection;
  }

  /**
   * @throws ConnectionNotFound
   * @throws VaultRowDamaged
   */
  async read(reference: ConnectionReference): Promise<Entry> {
    return (await this.open(reference)).entry;
  }

  /**
   * Changes an entry as it is at that moment, whoever else is at it.
   * @param edit tells the change by the entry; it may be asked again when somebody else was first. No change: nothing is written.
   * @returns what `edit` told beside it, the last time
   * @throws ConnectionNotFound
   * @throws VaultRowDamaged
   */
  async update<Result>(
    reference: ConnectionReference,
    edit: (entry: Entry) => { readonly change?: Change; readonly result: Result },
  ): Promise<Result> {
    for (let attempt = 0; attempt < patience; attempt++) {
      const { row, entry } = await this.open(reference);
      const { change, result } = edit(entry);
      if (change === undefined) return result;
      const written = await this.store.replace(reference, row.revision, await this.changed(row, entry, change));
      if (written === "replaced") return result;
    }
    throw new VaultContended(reference.id, patience);
  }

  /**
   * Forgets a connection. Revoke its tokens at the provider first: afterwards nobody knows them.
   * @throws ConnectionNotFound
   */
  async remove(reference: ConnectionReference): Promise<void> {
    for (let attempt = 0; attempt < patience; attempt++) {
      const found = await this.store.read(reference);
      if (found === undefined) throw new ConnectionNotFound(reference.tenant, reference.id);
      if (await this.store.remove(reference, found.row.revision)) return;
    }
    throw new VaultContended(reference.id, patience);
  }

  /**
   * Forgets a connection by its name, without opening it: for one that does not open any more.
   * @throws ConnectionNotFound
   */
  async forget(tenant: string, name: string): Promise<void> {
    await this.remove(await this.rowOf(tenant, name));
  }

  close(): Promise<void> {
    return this.store.close();
  }

  private async rowOf(tenant: string, name: string): Promise<Row> {
    const row = (await this.store.list(tenant)).find((one) => one.name === name);
    if (row === undefined) throw new ConnectionNotFound(tenant, name);
    return row;
  }

  private async open(reference: ConnectionReference): Promise<{ readonly row: Row; readonly entry: Entry }> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.openOnce(reference);
      } catch (error) {
        // Between the reading of a row and its opening, it may have got another master key and the old one be gone.
        if (!(error instanceof UnknownKeyVersion) || attempt === 3) throw error;
      }
    }
  }

  private async openOnce(reference: ConnectionReference): Promise<{ readonly row: Row; readonly entry: Entry }> {
    const found = await this.store.read(reference);
    if (found === undefined) throw new ConnectionNotFound(reference.tenant, reference.id);
    const { row, at } = found;
    // A store that hands out another's row, or a row under another's name, is not believed.
    if (row.tenant !== reference.tenant || row.id !== reference.id)
      throw new VaultRowDamaged(reference, "the store answers with another entry");
    const { connection, renewal } = aboutOf(row);
    return { row, entry: { connection, credentials: await this.unseal(row), renewal, at } };
  }

  private async changed(row: Row, entry: Entry, change: Change): Promise<RowChange> {
    const { credentials, account, state, renewal } = change;
    const { reason, ...before } = entry.connection;
    const connection: Connection = {
      ...before,
      ...(state ?? (reason === undefined ? {} : { reason })),
      ...(account === undefined ? {} : { account }),
      ...(state === undefined && credentials === undefined ? {} : { changed: this.clock() }),
    };
    return {
      about: aboutText(connection, renewal ?? entry.renewal),
      ...(credentials === undefined
        ? { keyVersion: row.keyVersion, dataKey: row.dataKey, sealed: row.sealed }
        : await this.seal(connection, credentials)),
    };
  }

  private async seal(
    { tenant, id, kind }: ConnectionReference & { readonly kind: ConnectionKind },
    credentials: Credentials,
  ): Promise<Omit<RowChange, "about">> {
    const parsed = credentialsSchema.parse(credentials);
    if (parsed.kind !== kind) throw new Error(`credentials of ${parsed.kind} are not for a connection of ${kind}`);
    const dataKey = randomBytes(keyLength);
    try {
      const sealed = seal(dataKey, Buffer.from(JSON.stringify(parsed)), placeOf({ tenant, id, kind }));
      const { version, wrapped } = await this.keys.wrap(dataKey, { tenant, id });
      return { keyVersion: version, dataKey: wrapped, sealed };
    } finally {
      dataKey.fill(0);
    }
  }

  private async unseal(row: Row): Promise<Credentials> {
    const dataKey = await unwrapped(this.keys, row);
    let text: string;
    try {
      text = unseal(dataKey, row.sealed, placeOf(row)).toString("utf8");
    } catch (error) {
      if (error instanceof SealBroken) throw new VaultRowDamaged(row, error.message);
      throw error;
    } finally {
      dataKey.fill(0);
    }
    const result = credentialsSchema.safeParse(JSON.parse(text));
    if (result.success) return result.data;
    // Without the values, which are secret.
    throw new VaultRowDamaged(row, `its content is of another version: ${pathsOf(result.error)}`);
  }
}

/** How often somebody else may be first. */
const patience = 50;

/** @throws VaultRowDamaged when the row was changed or is another's */
export async function unwrapped(keys: MasterKeys, row: Row): Promise<Buffer> {
  try {
    return await keys.unwrap({ version: row.keyVersion, wrapped: row.dataKey }, { tenant: row.tenant, id: row.id });
  } catch (error) {
    if (error instanceof KeyDoesNotFit) throw new VaultRowDamaged(row, error.message);
    throw error;
  }
}

function placeOf({ tenant, id, kind }: Pick<Row, "tenant" | "id" | "kind">): readonly string[] {
  return ["credentials", tenant, id, kind];
}
