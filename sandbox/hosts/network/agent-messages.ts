import type { InstanceMetadata, Zone } from "../hosts";
import type { MetadataDocument } from "./metadata";

/** What the process in the router's namespace has to know. Each message states everything. */
export interface AgentState {
  readonly sequence: number;
  readonly zones: readonly Zone[];
  /** Of the zones, for their SOA records. */
  readonly serial: number;
  /** What the metadata service answers to whom. */
  readonly metadata: readonly {
    readonly addresses: readonly string[];
    readonly document: MetadataDocument;
    /** In its place, where the machine is an instance of EC2. */
    readonly instance?: InstanceMetadata;
  }[];
}

/** The answer: everything up to this message holds. */
export interface AgentReply {
  readonly applied: number;
}

/** The border between the two processes: both are ours, so the shape's outline is enough. */
export function isAgentState(message: unknown): message is AgentState {
  return (
    typeof message === "object" &&
    message !== null &&
    "sequence" in message &&
    "zones" in message &&
    "metadata" in message
  );
}

export function isAgentReply(message: unknown): message is AgentReply {
  return typeof message === "object" && message !== null && "applied" in message && typeof message.applied === "number";
}
