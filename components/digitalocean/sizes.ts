import type { CloudLimits } from "../checks";
import { type Path, type Problem, Problems } from "../problem";
import { type Named, type Sized, sizeNameFor } from "../sizes";

export const limits: CloudLimits = {
  /** What the cloud keeps for itself (its documentation, «VPC Networks: Limits»). */
  reservedRanges: ["10.229.0.0/16", "10.244.0.0/16", "10.245.0.0/16", "10.246.0.0/24"],
  /** The API's description, `user_data` of a droplet. */
  userDataBytes: 64 * 1024,
};

/** What the sizes that every cloud has are on this one. */
export const namedSizes: Named = { small: "s-1vcpu-1gb", medium: "s-1vcpu-2gb", large: "s-2vcpu-4gb" };

/** The smallest with 1 GB of memory. */
export const smallest = namedSizes.small;

/** A size a request asks for: where in the request, and the memory it has to have. */
export interface WantedSize {
  readonly path: Path;
  readonly size: string;
  readonly memoryMb: number;
}

export interface Size {
  readonly slug: string;
  readonly memory: number;
  readonly available: boolean;
  /** Where it can be had; undefined when that is not known. */
  readonly regions?: readonly string[];
}

export interface Region {
  readonly slug: string;
  readonly available: boolean;
}

/** The size of a server: the one asked for, or the smallest that has the memory its software needs. */
export function sizeOf({ size, definition }: Sized): string {
  return size ?? namedSizes[sizeNameFor(definition?.needs.memoryMb ?? 0)];
}

export function wantedSizes(bastionSize: string, software: readonly Sized[]): WantedSize[] {
  return [
    { path: ["bastionSize"], size: bastionSize, memoryMb: 512 },
    ...software.map((one, index) => ({
      path: ["software", index, "size"],
      size: sizeOf(one),
      memoryMb: one.definition?.needs.memoryMb ?? 0,
    })),
  ];
}

/** What of a request the cloud has not: the region and, there, the sizes with the memory that is needed. */
export function findUnavailable(
  region: string,
  wanted: readonly WantedSize[],
  regions: readonly Region[],
  sizes: readonly Size[],
): readonly Problem[] {
  const problems = new Problems();
  const open = regions.filter(({ available }) => available).map(({ slug }) => slug);
  const isOpen = open.includes(region);
  if (!isOpen) problems.addWithSuggestion(["region"], region, `has to be one of ${open.sort().join(", ")}`, open);
  // Where the region is none, a size has to be one at least.
  const here = sizes.filter(
    ({ available, regions: at }) => available && (!isOpen || at === undefined || at.includes(region)),
  );
  for (const { path, size, memoryMb } of wanted) {
    const fitting = here.filter(({ memory }) => memory >= memoryMb).map(({ slug }) => slug);
    const choice = fitting.slice(0, 5).join(", ");
    const found = here.find(({ slug }) => slug === size);
    if (!found) {
      const expected = `has to be a size that ${isOpen ? `region ${region}` : "the cloud"} has, such as ${choice}`;
      // One that the cloud has elsewhere is no slip of the pen.
      problems.addWithSuggestion(path, size, expected, sizes.some(({ slug }) => slug === size) ? [] : fitting);
    } else if (found.memory < memoryMb) {
      problems.add(path, size, `has to have at least ${memoryMb} MB of memory, such as ${choice}`);
    }
  }
  return problems.all;
}
