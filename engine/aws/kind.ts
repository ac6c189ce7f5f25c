import type { EC2Client } from "@aws-sdk/client-ec2";
import type { IAMClient } from "@aws-sdk/client-iam";
import type { Route53Client } from "@aws-sdk/client-route-53";
import type { S3Client } from "@aws-sdk/client-s3";

/** A resource's inputs or state, as the engine has them. */
export type Properties = Readonly<Record<string, unknown>>;

/** AWS, in one region. */
export interface Aws {
  readonly region: string;
  readonly ec2: EC2Client;
  readonly s3: S3Client;
  readonly iam: IAMClient;
  readonly route53: Route53Client;
}

/** What was made: its id, and what AWS knows about it. */
export interface Made {
  readonly id: string;
  readonly state: Properties;
}

/** How one type of resource is brought about. Whatever it does ends when AWS says that it is done. */
export interface Kind {
  /** Inputs whose change means another resource. */
  readonly replacedBy: readonly string[];
  /** Further inputs that do so in this case. */
  readonly replacedNow?: (inputs: Properties) => readonly string[];
  /** Inputs that have to go before their successor can be made. Default: no. */
  readonly deleteBeforeReplace?: boolean;
  /** What stands in for inputs that are missing. */
  readonly defaults?: Properties;
  /** Fills in what the provider decides by itself, such as a name. Kept over later checks. */
  readonly names?: (inputs: Properties, earlier: Properties, resource: string) => Properties;
  /** The one call that brings it into being. */
  create(aws: Aws, inputs: Properties): Promise<Made>;
  /**
   * What is to be done once it is there, and nothing but that: when it fails, the resource is in the state all the same, and
   * this is done by the next update.
   * @returns what is known then beside what was known before
   */
  finish?(aws: Aws, id: string, inputs: Properties): Promise<Properties | undefined>;
  /**
   * What AWS has now.
   * @returns undefined when it is gone
   */
  read(aws: Aws, id: string, state: Properties): Promise<Properties | undefined>;
  /** Absent: every change replaces it. */
  update?(aws: Aws, id: string, before: Properties, after: Properties): Promise<void>;
  /** Nothing to be done when it is gone. */
  remove(aws: Aws, id: string, state: Properties): Promise<void>;
}

/** A text among the inputs that its package's types demand. */
export function text(from: Properties, key: string): string {
  const value = from[key];
  if (typeof value === "string") return value;
  throw new TypeError(`${key} has to be a text`);
}

export function optionalText(from: Properties, key: string): string | undefined {
  const value = from[key];
  return typeof value === "string" && value !== "" ? value : undefined;
}

export function number(from: Properties, key: string): number | undefined {
  const value = from[key];
  return typeof value === "number" ? value : undefined;
}

export function texts(from: Properties, key: string): string[] {
  const value = from[key];
  return Array.isArray(value) ? value.filter((one) => typeof one === "string") : [];
}

export function nested(from: Properties, key: string): Properties {
  const value = from[key];
  return typeof value === "object" && value !== null ? (value as Properties) : {};
}

export function nestedList(from: Properties, key: string): Properties[] {
  const value = from[key];
  return Array.isArray(value) ? (value as Properties[]) : [];
}
