/**
 * A machine's folder. The names below are relative to it: the machine is started inside, so that no path of this
 * machine has to be written into mount options.
 */
export const disk = {
  /** Link to the image the machine was made from. */
  lower: "lower",
  /** What the machine has changed. */
  upper: "upper",
  work: "work",
  /** Where its file system is mounted: in a mount namespace that lives as long as the machine. */
  root: "root",
  console: "console.log",
} as const;
