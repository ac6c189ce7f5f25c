import type { Comparison } from "./comparisons";

/** What is known of a write: how it can be sent again, or how what it made is found. */
export type Rule = Creation | Repeatable | Unrecognised;

/** Something that exists afterwards and did not before: a resource, or an action. It is found in a listing. */
export interface Creation {
  readonly kind: "creation";
  /** `/v2/domains/:domain/records` */
  readonly route: string;
  /** What is made, for sentences: `a DNS record`. */
  readonly noun: string;
  /** Of the answer when it was made. */
  readonly status: 200 | 201 | 202;
  /** What the answer has it under: `domain_record`. */
  readonly envelope: string;
  /** Where it is listed: parameters of the route as `:domain`, marks as `{name}` (percent-encoded). */
  readonly listing: string;
  /** What the listing has them under: `domain_records`. */
  readonly items: string;
  /** Whether the listing leads to one thing or to the API's 404, because nothing but the mark in its path is needed to find it. */
  readonly single?: boolean;
  /** Fields by which its kind is told where the listing has several. */
  readonly only?: Readonly<Record<string, string>>;
  /** The field of a listed one that no two have, a number or text. */
  readonly id: string;
  /** Where a single one is, with its id as `{id}`; default: below the listing's path. */
  readonly location?: string;
  /** Its fields that are as they were asked for. */
  readonly marks: readonly Mark[];
  /**
   * The marks (as they are sent) that no two things one stack makes at the same time have in common; what has these and was asked for otherwise in
   * some other field is a leftover. Empty where two are as good as each other (reserved IPs, actions).
   */
  readonly identity: readonly string[];
  /** Whether the newest come first and one page is enough: actions. Default: all pages are read. */
  readonly newestFirst?: boolean;
  /** What the answer has beside the envelope, where a client waits by it. */
  readonly links?: { readonly listing: string; readonly type: string };
  /**
   * How long an attempt of which nothing is known stands for the next equal one, in milliseconds. Default: for ever. What happened to a machine an hour
   * ago says little about whether it has to happen now, so that actions end earlier.
   */
  readonly standsForMs?: number;
}

/** A field that is found again in what was made. What is not sent, or empty, is not compared. */
export interface Mark {
  /** In the request's body, with dots: `spec.name`. */
  readonly sent: string;
  /** In a listed one; default: as it is sent. */
  readonly listed?: string;
  /** Default: the same text. */
  readonly as?: Comparison;
  /** Whether it may be empty for a while in what was made: the droplet of an address, which is assigned a moment later. */
  readonly late?: boolean;
}

/** Twice has the same effect as once. */
export interface Repeatable {
  readonly kind: "repeatable";
  /** What its answer has; without it the answer is not whole. Default: nothing that is known of. */
  readonly envelope?: string;
}

/** Nobody knows how to find out what it did. */
export interface Unrecognised {
  readonly kind: "unrecognised";
}
