import type { BusinessDeploymentArgs } from "./deployment";
import type { Problems } from "./problem";

/** What a machine is told beside administrators' keys and ranges, in bytes: never more, says a test that renders it. */
export const userDataWithoutAccess = 6400;

/** A line of its baseline for each range, and an entry for each key, in bytes beside the range or key itself. */
const perRange = 44;
const perKey = 10;

/** Beyond it, a cloud refuses the machine when its network is there already. */
export function checkUserData(
  problems: Problems,
  { adminAccess, adminKeys = [] }: Pick<BusinessDeploymentArgs, "adminAccess" | "adminKeys">,
  { userDataBytes }: { readonly userDataBytes?: number },
): void {
  if (userDataBytes === undefined) return;
  const keys = sizeOf(adminKeys, perKey);
  const ranges = sizeOf(adminAccess, perRange);
  const room = userDataBytes - userDataWithoutAccess;
  if (keys + ranges <= room) return;
  const [path, value] = keys > ranges ? (["adminKeys", adminKeys] as const) : (["adminAccess", adminAccess] as const);
  const expected = `must not be so many: the cloud tells a machine ${userDataBytes} bytes at its first boot, ${room} of them the ranges and keys of administrators, and these are ${keys + ranges}`;
  problems.add([path], value, expected);
}

function sizeOf(lines: readonly string[], more: number): number {
  return lines.reduce((sum, line) => sum + Buffer.byteLength(line) + more, 0);
}
