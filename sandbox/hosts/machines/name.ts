import { createHash } from "node:crypto";
import { realpath } from "node:fs/promises";

/** What a sandbox is called where names are shared by this whole machine: it follows from where the sandbox lies. */
export async function sandboxName(directory: string): Promise<string> {
  const path = await realpath(directory).catch(() => directory);
  return `deploy4me-${createHash("sha256").update(path).digest("hex").slice(0, 8)}`;
}
