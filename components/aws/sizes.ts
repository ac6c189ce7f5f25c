import type { CloudLimits, ValidDeployment } from "../checks";
import type { ResolvedSoftware } from "../deployment";
import type { Path } from "../problem";

/** Docker's own on many machines, which AWS warns of (Amazon VPC user guide, «VPC CIDR blocks»). */
export const limits: CloudLimits = { reservedRanges: ["172.17.0.0/16"] };

/** The smallest with 1 GB of memory. */
export const smallest = "t3.micro";

/** A size a request asks for: where in the request, and the memory it has to have. */
export interface WantedSize {
  readonly path: Path;
  readonly size: string;
  readonly memoryMb: number;
}

/** The size of a server: the one asked for, or the smallest that has the memory its software needs. */
export function sizeOf({ size, definition }: Pick<ResolvedSoftware, "size" | "definition">): string {
  if (size !== undefined) return size;
  const { memoryMb } = definition.needs;
  if (memoryMb <= 1024) return smallest;
  return memoryMb <= 2048 ? "t3.small" : "t3.medium";
}

export function wantedSizes(bastionSize: string, { software }: Pick<ValidDeployment, "software">): WantedSize[] {
  return [
    { path: ["bastionSize"], size: bastionSize, memoryMb: 512 },
    ...software.map((one, index) => ({
      path: ["software", index, "size"],
      size: sizeOf(one),
      memoryMb: one.definition.needs.memoryMb,
    })),
  ];
}
