import type { Filter, Tag } from "@aws-sdk/client-ec2";

import { isSecret } from "../../events/changes";
import type { AwsRegion } from "./cloud";

/** A resource's inputs, as the engine has them. */
export type Properties = Readonly<Record<string, unknown>>;

/** How far something at AWS is: it comes about by and by, as a machine does; it is there; it goes; or it is gone, and shown all the same. */
export type Phase = "coming" | "there" | "going" | "gone";

/** Something that is at AWS. */
export interface Found {
  /** As the provider calls it. */
  readonly id: string;
  readonly phase: Phase;
  /**
   * Whether it bears all that it was to have. Otherwise it bears no mark at all, because these come after it is made: it is taken when
   * nothing better is there, and it has stayed so for as long as AWS may take.
   */
  readonly isMarked: boolean;
}

/** How what an operation on AWS has made is found again. */
export interface AwsKind {
  /**
   * All that these inputs may have made.
   * @returns nothing when too little is known of it to be told from others
   */
  readonly made: (aws: AwsRegion, inputs: Properties) => Promise<readonly Found[] | undefined>;
  /**
   * What is left of one that was being deleted.
   * Absent: its provider is asked when it is read anew.
   * @returns nothing when it is gone
   */
  readonly left?: (aws: AwsRegion, id: string) => Promise<Found | undefined>;
}

/** A text that is known and no secret. */
export function text(from: Properties, key: string): string | undefined {
  const value = from[key];
  return typeof value === "string" && value !== "" ? value : undefined;
}

/** @returns nothing when one of them is not known */
export function textsOf<Key extends string>(
  from: Properties,
  ...keys: readonly Key[]
): Readonly<Record<Key, string>> | undefined {
  const entries = keys.map((key) => [key, text(from, key)] as const);
  if (entries.some(([, value]) => value === undefined)) return undefined;
  return Object.fromEntries(entries) as Record<Key, string>;
}

/** @returns nothing when there are none, or one of them is not known: then nothing can be told by them */
export function tagsOf({ tags }: Properties): Readonly<Record<string, string>> | undefined {
  if (typeof tags !== "object" || tags === null || isSecret(tags)) return undefined;
  const entries = Object.entries(tags).filter(([key]) => !key.startsWith("__"));
  if (entries.length === 0 || entries.some(([, value]) => typeof value !== "string")) return undefined;
  return Object.fromEntries(entries);
}

/** Others may have added more of them. */
export function hasTags(wanted: Readonly<Record<string, string>>, found: readonly Tag[] | undefined = []): boolean {
  const has = new Map(found.map(({ Key, Value = "" }) => [Key, Value]));
  return Object.entries(wanted).every(([key, value]) => has.get(key) === value);
}

export function there(id: string | undefined): readonly Found[] {
  return id === undefined ? [] : [{ id, phase: "there", isMarked: true }];
}

/** Of a listing of EC2's. */
export interface Listed {
  readonly id: string | undefined;
  readonly tags: readonly Tag[] | undefined;
  /** Default: `there`. */
  readonly phase?: Phase;
}

/** What of a kind is asked for: all that have these properties, or single ones. */
export interface Wanted {
  readonly Filters?: Filter[];
  readonly ids?: string[];
}

/**
 * What EC2 makes with its tags in one request, and is told by them: nobody else's has the names of project, stack and deployment.
 * @param within inputs that never change, by the filters that compare them
 */
export function tagged(
  within: Readonly<Record<string, string>>,
  list: (aws: AwsRegion, wanted: Wanted) => Promise<readonly Listed[]>,
): AwsKind {
  const found = ({ id, phase = "there" }: Listed): readonly Found[] =>
    id === undefined ? [] : [{ id, phase, isMarked: true }];
  return {
    async made(aws, inputs) {
      const tags = tagsOf(inputs);
      if (tags === undefined) return undefined;
      const limits = Object.entries(within).flatMap(([filter, input]) => {
        const value = text(inputs, input);
        return value === undefined ? [] : [{ Name: filter, Values: [value] }];
      });
      const all = await list(aws, { Filters: [...Object.entries(tags).flatMap(tagFilter), ...limits] });
      return all.filter((one) => hasTags(tags, one.tags)).flatMap(found);
    },
    async left(aws, id) {
      const [one] = await list(aws, { ids: [id] });
      return one === undefined || one.phase === "gone" ? undefined : found(one)[0];
    },
  };
}

/** In filters `*` and `?` stand for others; such tags are compared here alone. */
function tagFilter([key, value]: readonly [string, string]): readonly Filter[] {
  return /[*?\\]/.test(value) || value === "" ? [] : [{ Name: `tag:${key}`, Values: [value] }];
}
