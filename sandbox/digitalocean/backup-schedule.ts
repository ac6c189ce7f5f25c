import type { Cloud } from "./cloud";
import { areBackupsDue, keepBackups } from "./models/backups";

/** How long after its time a backup may begin, in milliseconds. */
const interval = 60_000;

/** Begins all backups that are due now, and removes those whose time is over. */
export async function keepBackupsOnce(cloud: Cloud): Promise<void> {
  if (!areBackupsDue(cloud.state, cloud.clock.now())) return;
  await cloud.change(keepBackups);
}

/**
 * Keeps the backups by the cloud's clock.
 * @returns what ends it
 */
export function scheduleBackups(cloud: Cloud, log: (line: string) => void): () => Promise<void> {
  const ending = new AbortController();
  const keep = async (): Promise<void> => {
    while (!ending.signal.aborted) {
      try {
        await keepBackupsOnce(cloud);
      } catch (error) {
        log(`the backups could not be looked after: ${error instanceof Error ? error.message : String(error)}`);
      }
      await cloud.clock.sleep(interval, ending.signal);
    }
  };
  const kept = keep();
  return () => {
    ending.abort();
    return kept;
  };
}
