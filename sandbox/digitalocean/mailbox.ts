import { randomUUID } from "node:crypto";
import { mkdirSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import type { Clock } from "../clock";
import type { Mail } from "./operations";

/**
 * Where the mails to the account's owner arrive: a file each, which only its owner may read, because new passwords come
 * that way.
 * @param clock says when they were sent; the names sort by it
 */
export function mailbox(directory: string, clock: Clock): (mail: Mail) => Promise<void> {
  return ({ subject, text }) =>
    Promise.resolve().then(() => {
      mkdirSync(directory, { recursive: true, mode: 0o700 });
      const date = clock.now();
      const name = `${date.toISOString().replaceAll(":", "-")}-${randomUUID().slice(0, 8)}.eml`;
      const unfinished = join(directory, `.${name}`);
      const headers = [`Date: ${date.toUTCString()}`, "From: DigitalOcean", `Subject: ${subject}`];
      writeFileSync(unfinished, `${headers.join("\n")}\n\n${text}`, { mode: 0o600 });
      renameSync(unfinished, join(directory, name));
    });
}
