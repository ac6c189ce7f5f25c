import type { ConnectionReference } from "../connection";

/** The tenant has no such connection. */
export class ConnectionNotFound extends Error {
  override readonly name = "ConnectionNotFound";
  readonly code = "CONNECTION_NOT_FOUND";

  constructor(
    readonly tenant: string,
    /** Its name or id. */
    readonly connection: string,
  ) {
    super(`there is no connection «${connection}»: make one with \`deploy4me connect\`.`);
  }
}

/** The tenant has a connection of that name already. */
export class ConnectionNameTaken extends Error {
  override readonly name = "ConnectionNameTaken";
  readonly code = "CONNECTION_NAME_TAKEN";

  constructor(
    readonly tenant: string,
    readonly connection: string,
  ) {
    super(`there is a connection «${connection}» already: choose another name, or disconnect that one first.`);
  }
}

/** A row of the vault does not open: it was changed, or moved from another tenant or id, or its master key is another. */
export class VaultRowDamaged extends Error {
  override readonly name = "VaultRowDamaged";
  readonly code = "VAULT_ROW_DAMAGED";
  readonly tenant: string;
  readonly id: string;

  constructor({ tenant, id, name }: ConnectionReference & { readonly name?: string }, why: string) {
    const what =
      name === undefined ? `the vault's entry ${id}` : `the vault's entry of the connection «${name}» (${id})`;
    super(
      `${what} can't be opened: ${why}. Somebody or something has changed it: restore the vault from a backup, ` +
        `or forget the connection (deploy4me disconnect ${name ?? "NAME"} --forget) and connect the account anew.`,
    );
    this.tenant = tenant;
    this.id = id;
  }
}

/** The vault's store can't be reached, or does not answer in time. Nothing is known to have changed. */
export class VaultUnavailable extends Error {
  override readonly name = "VaultUnavailable";
  readonly code = "VAULT_UNAVAILABLE";

  constructor(
    /** Of the file or the database; never with a password. */
    readonly where: string,
    why: string,
    options?: ErrorOptions,
  ) {
    super(
      `the vault in ${where} can't be used: ${why}. What it keeps is unharmed; try again once that is mended.`,
      options,
    );
  }
}

/** Somebody else changed an entry each time that this process was about to. */
export class VaultContended extends Error {
  override readonly name = "VaultContended";
  readonly code = "VAULT_CONTENDED";

  constructor(
    readonly id: string,
    attempts: number,
  ) {
    super(`the vault's entry ${id} was changed by others ${attempts} times in a row: try again.`);
  }
}

/** The code of an error of Node's, whatever realm it is of. */
export function codeOf(error: unknown): string | undefined {
  return typeof error === "object" && error !== null && "code" in error && typeof error.code === "string"
    ? error.code
    : undefined;
}

/** What an error says, whatever realm it is of. */
export function messageOf(error: unknown): string {
  return typeof error === "object" && error !== null && "message" in error && typeof error.message === "string"
    ? error.message
    : String(error);
}
