import type { Clock, Log } from "../interfaces";
import type { Journal } from "./journal";

export interface IntentSettings {
  /** How often one request of a client's is sent in all. Default: 3. */
  readonly attempts: number;
  /** Milliseconds before a write that is as good twice is sent again, and twice that before the next. Default: 1 s. */
  readonly pause: number;
  /**
   * Milliseconds in which something that was made may be missing from listings: only after that, «not found» counts. Default: 20 s (nobody promises a
   * bound; the official provider waits 10 s before it looks for a new droplet).
   */
  readonly visibleWithin: number;
  /** The same after a time-out, when the API may still be at work. Default: 60 s. */
  readonly visibleAfterTimeout: number;
}

export const defaultSettings: IntentSettings = {
  attempts: 3,
  pause: 1000,
  visibleWithin: 20_000,
  visibleAfterTimeout: 60_000,
};

/** What all kinds of writes work with. */
export interface Tools {
  readonly journal: Journal;
  readonly settings: IntentSettings;
  readonly clock: Clock;
  readonly log: Log;
  /** The API's address, as links in its answers have it. */
  readonly upstream: URL;
}
