/** The file of intents can't be used. Without it no write may leave. */
export class JournalUnavailable extends Error {
  override readonly name = "JournalUnavailable";
  readonly code = "JOURNAL_UNAVAILABLE";

  constructor(
    readonly file: string,
    cause: unknown,
  ) {
    super(
      `The guard's journal ${file} can't be read or written, and without it nothing may be created. See that the file is yours and the disk not full; if it is damaged, ` +
        "look in the control panel for what the last command made, then move the file away.",
      { cause },
    );
  }
}
