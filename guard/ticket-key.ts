import { linkSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { randomUUID } from "node:crypto";

import { newTicketKey, ticketKeyLength } from "./tickets";

/** The key of tickets is not one, or others can read it. */
export class TicketKeyUnusable extends Error {
  override readonly name = "TicketKeyUnusable";
  readonly code = "TICKET_KEY_UNUSABLE";

  constructor(
    readonly file: string,
    why: string,
    options?: ErrorOptions,
  ) {
    super(
      `The key of tickets in ${file} can't be used: ${why}. Put it right, or remove it: then there will be another, and tickets in stacks' configurations have to be made anew.`,
      options,
    );
  }
}

/**
 * The home's key of tickets; made when there is none. Two processes that make one at once get the same.
 * @throws TicketKeyUnusable
 */
export function ticketKeyIn(file: string): Buffer {
  try {
    const key = keyIn(file) ?? makeKey(file);
    if (key.length === ticketKeyLength) return key;
  } catch (error) {
    if (error instanceof TicketKeyUnusable) throw error;
    throw new TicketKeyUnusable(file, error instanceof Error ? error.message : String(error), { cause: error });
  }
  throw new TicketKeyUnusable(file, `it does not have ${ticketKeyLength} bytes`);
}

function keyIn(file: string): Buffer | undefined {
  const found = statSync(file, { throwIfNoEntry: false });
  if (found === undefined) return undefined;
  if ((found.mode & 0o077) !== 0)
    throw new TicketKeyUnusable(file, "others than its owner may read or write it (chmod 600)");
  return readFileSync(file);
}

/** Written beside and linked into place: it is there whole or not at all, and one that is there already stays. */
function makeKey(file: string): Buffer {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  const beside = `${file}.${randomUUID()}`;
  writeFileSync(beside, newTicketKey(), { mode: 0o600, flag: "wx", flush: true });
  try {
    linkSync(beside, file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  } finally {
    rmSync(beside);
  }
  return keyIn(file) ?? Buffer.alloc(0);
}
