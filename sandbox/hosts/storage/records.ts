import { rename, writeFile } from "node:fs/promises";

/** Writes a file so that a crash leaves the old text or the new one. Only root may read it. */
export async function writeWhole(file: string, text: string): Promise<void> {
  await writeFile(`${file}.new`, text, { mode: 0o600 });
  await rename(`${file}.new`, file);
}
