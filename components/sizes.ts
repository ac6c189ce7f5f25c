import type { SoftwareDefinition } from "../catalogue/schema";

/**
 * Sizes that every cloud has, by the memory: a request that names them, and its region by a place, is the same on every cloud.
 */
export const sizeNames = ["small", "medium", "large"] as const;
export type SizeName = (typeof sizeNames)[number];

/** Their memory, in MB. */
export const memoryOf: Readonly<Record<SizeName, number>> = { small: 1024, medium: 2048, large: 4096 };

/** What they are on one cloud. */
export type Named = Readonly<Record<SizeName, string>>;

export function isSizeName(size: string): size is SizeName {
  return (sizeNames as readonly string[]).includes(size);
}

/** The smallest that has the memory, or the largest there is. */
export function sizeNameFor(memoryMb: number): SizeName {
  return sizeNames.find((name) => memoryOf[name] >= memoryMb) ?? "large";
}

/** A server as far as its size goes. */
export interface Sized {
  /** Default: the cloud's smallest that has the memory the software needs. */
  readonly size?: string | undefined;
  /** Undefined when it asks for software that nobody knows. */
  readonly definition: Pick<SoftwareDefinition, "needs"> | undefined;
}
