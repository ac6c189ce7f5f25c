import { createHmac, randomBytes, timingSafeEqual } from "node:crypto";

import type { Tickets } from "./interfaces";

/**
 * What clients show in place of a token: a name for a stack that only the holder of the key can make. It is the same each time, so that a ticket in
 * a stack's configuration is no change in its preview, and worth nothing beyond a guard in which its stack's operation runs.
 *
 * The form is as long as a DigitalOcean token's (a prefix of 7 characters and 64 hexadecimal digits), because some clients look at the length.
 */
export class StackTickets implements Tickets {
  private readonly issued = new Map<string, Buffer>();

  /** @param key 32 bytes that are kept as secrets are */
  constructor(private readonly key: Buffer) {
    if (key.length !== ticketKeyLength) throw new Error(`a key of tickets has ${ticketKeyLength} bytes`);
  }

  /** The stack's ticket, which this guard will know from now on. */
  issue(stack: string): string {
    const ticket = this.ticketOf(stack);
    this.issued.set(stack, Buffer.from(ticket));
    return ticket;
  }

  /** The guard no longer knows the stack. */
  withdraw(stack: string): void {
    this.issued.delete(stack);
  }

  stackOf(ticket: string): string | undefined {
    const shown = Buffer.from(ticket);
    let found: string | undefined;
    // All are compared, each in constant time: how long it takes says nothing about any of them.
    for (const [stack, known] of this.issued)
      if (shown.length === known.length && timingSafeEqual(shown, known)) found = stack;
    return found;
  }

  private ticketOf(stack: string): string {
    return `${prefix}${createHmac("sha256", this.key).update(`ticket\0${stack}`).digest("hex")}`;
  }
}

const prefix = "d4m_v1_";
export const ticketKeyLength = 32;

export function newTicketKey(): Buffer {
  return randomBytes(ticketKeyLength);
}
