/** How often a process looks whether the one that started it is still there. Milliseconds. */
const lookMs = 1_000;

/** What Pulumi's engine and its language host start, and what does not notice by itself that they were killed. */
const started = /@pulumi\/pulumi\/cmd\/(?:dynamic-provider|run)(?:\/|$)/;

/**
 * Ends this process when its parent has died, where it is one that Pulumi's engine starts: nobody else would, and each keeps 80 MB.
 * @param parent as it was at the beginning
 * @returns whether it is watched
 */
export function endWithParent(parent = process.ppid): boolean {
  if (!started.test(process.argv[1] ?? "")) return false;
  setInterval(() => {
    // Whoever adopts orphans is the parent then.
    if (process.ppid !== parent) process.exit(1);
  }, lookMs).unref();
  return true;
}
