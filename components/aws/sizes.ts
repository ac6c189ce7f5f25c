import type { CloudLimits } from "../checks";
import { type Path, type Problem, Problems } from "../problem";
import { type Named, type Sized, sizeNameFor } from "../sizes";

export const limits: CloudLimits = {
  /** Docker's own on many machines, which AWS warns of (Amazon VPC user guide, «VPC CIDR blocks»). */
  reservedRanges: ["172.17.0.0/16"],
  /** Before it is encoded (EC2 user guide, «Run commands when you launch an EC2 instance»). */
  userDataBytes: 16 * 1024,
};

/** What the sizes that every cloud has are on this one: burstable machines with an x86 processor. */
export const namedSizes: Named = { small: "t3.micro", medium: "t3.small", large: "t3.medium" };

/** The smallest with 1 GB of memory. */
export const smallest = namedSizes.small;

/** In GiB: as the smallest machine with 1 GB on DigitalOcean has. */
export const diskGb = 25;

/** A size a request asks for: where in the request, and the memory it has to have. */
export interface WantedSize {
  readonly path: Path;
  readonly size: string;
  readonly memoryMb: number;
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

export interface KnownSize {
  readonly slug: string;
  readonly memory: number;
}

/**
 * What of a request AWS has not, as far as it can be told without asking: the region, and sizes that are no instance types, or
 * of a family that is known, or too small. AWS has some hundred types more than are known here; it is asked for them when the
 * deployment is previewed.
 */
export function findUnavailable(
  region: string,
  wanted: readonly WantedSize[],
  regions: readonly { readonly slug: string; readonly available: boolean }[],
  sizes: readonly KnownSize[],
): readonly Problem[] {
  const problems = new Problems();
  const open = regions.filter(({ available }) => available).map(({ slug }) => slug);
  if (!open.includes(region))
    problems.addWithSuggestion(["region"], region, `has to be one of ${open.sort().join(", ")}`, open);
  for (const { path, size, memoryMb } of wanted) {
    const fitting = sizes.filter(({ memory }) => memory >= memoryMb).map(({ slug }) => slug);
    const choice = fitting.slice(0, 5).join(", ");
    const found = sizes.find(({ slug }) => slug === size);
    if (found !== undefined && found.memory < memoryMb)
      problems.add(path, size, `has to have at least ${memoryMb} MB of memory, such as ${choice}`);
    if (found !== undefined) continue;
    if (isArm(size))
      problems.add(path, size, `has to have an x86 processor, as the machines' image does, such as ${choice}`);
    else if (!instanceType.test(size) || sizes.some(({ slug }) => familyOf(slug) === familyOf(size)))
      problems.addWithSuggestion(path, size, `has to be an EC2 instance type, such as ${choice}`, fitting);
  }
  return problems.all;
}

/** `t3.micro`, `m7i-flex.large`, `u7i-12tb.224xlarge` (EC2 user guide, «Amazon EC2 instance type naming conventions»). */
const instanceType = /^[a-z][a-z0-9-]*\d[a-z0-9-]*\.(nano|micro|small|medium|\d{0,3}x?large|metal(-\d+xl)?)$/;

/** AWS's own processors: a `g` after the generation, and the first of them, a1 (the same page). */
function isArm(size: string): boolean {
  return /^[a-z]+\d+[a-z]*g[a-z]*\.|^a1\./.test(size);
}

function familyOf(size: string): string {
  return size.split(".")[0] ?? "";
}
