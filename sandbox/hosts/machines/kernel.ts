import { readFile, writeFile } from "node:fs/promises";

const inotifyInstances = "/proc/sys/fs/inotify/max_user_instances";
/** An idle machine's services watch files in about ten places, and all machines' root is one user to the kernel. */
const neededInstances = 1024;

/**
 * Gives machines room in what the kernel counts for all of them together: with Debian's default of 128, the twelfth
 * machine's services could not start. A higher setting of this machine stays.
 */
export async function raiseSharedLimits(log: (line: string) => void): Promise<void> {
  const now = Number(await readFile(inotifyInstances, "utf8"));
  if (now >= neededInstances) return;
  await writeFile(inotifyInstances, String(neededInstances));
  log(`fs.inotify.max_user_instances is now ${neededInstances} (it was ${now}): all machines share it`);
}
