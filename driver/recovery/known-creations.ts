/** A creation that a guard wrote down before it sent it, and of which no client knows for certain how it ended. */
export interface KnownCreation {
  readonly id: number;
  readonly account: string;
  readonly stack: string;
  readonly method: string;
  readonly path: string;
  /** The fields by which it is recognised, in the form in which they are compared. */
  readonly marks: Readonly<Record<string, string | readonly string[]>>;
  /** The ids of what had these marks before. */
  readonly before: readonly string[];
  /** What the API said it made: `/v2/droplets/5`. */
  readonly resource?: string;
  /** Milliseconds since 1970. */
  readonly writtenAt: number;
}

/**
 * What a guard knows of creations that were lost on the way: `WrittenIntents` of the guard. Stacks are `project/stack`. Where there is
 * none, as with credentials that go to the cloud directly, what an operation has made is recognised by its names alone.
 */
export interface KnownCreations<Creation extends KnownCreation = KnownCreation> {
  /**
   * What was answered and is missing from the state is unfinished from now on.
   * @param isKnown whether the state has what is at a path, as `/v2/droplets/5`
   */
  reopen(stack: string, isKnown: (path: string) => boolean): readonly string[];
  unfinished(stack?: string): readonly Creation[];
  /** The paths of what others were answered with. */
  claimed(creation: Creation): ReadonlySet<string>;
  /** All that was made for any stack and was not deleted since, as far as it is remembered. Absent: nobody remembers. */
  made?(): readonly Creation[];
  /** It is known what became of it: a path, which the state has now, or nothing. */
  settle(id: number, resource: string | undefined): void;
}
