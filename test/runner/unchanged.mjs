// A check that only reads this checkout need not be made again while no file of it has changed.
import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { root } from "./commands.mjs";

const made = new Set(["node_modules", "dist", ".deploy4me", ".git", "coverage"]);

/**
 * Makes a check, unless all files are as they were when it was clean last; the tools' versions are among them. The linter
 * asks for types, so that a file can be wrong by a change to another: it is all of them or none.
 */
export async function unlessUnchanged(out, name, check) {
  const file = join(root, ".deploy4me", "clean", name);
  const now = hashOf(root);
  if (now === kept(file)) {
    out.line(`${name}: clean, and no file has changed since`);
    return { passed: 1, failed: 0 };
  }
  const count = await check();
  if (count.failed === 0 && hashOf(root) === now) {
    mkdirSync(join(file, ".."), { recursive: true });
    writeFileSync(file, now);
  }
  return count;
}

function kept(file) {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return undefined;
  }
}

/**
 * Of all files in a folder, but for what is made from the others.
 * @param isMeant of a file's path
 */
export function hashOf(folder, isMeant = () => true) {
  const hash = createHash("sha256").update(process.version);
  for (const file of filesIn(folder).filter(isMeant)) hash.update(`\0${file}\0`).update(readFileSync(file));
  return hash.digest("hex");
}

function filesIn(folder) {
  const entries = readdirSync(folder, { withFileTypes: true }).filter(({ name }) => !made.has(name));
  return entries
    .flatMap((entry) => {
      const path = join(folder, entry.name);
      return entry.isDirectory() ? filesIn(path) : entry.isFile() ? [path] : [];
    })
    .sort();
}
