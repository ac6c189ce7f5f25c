import type { SandboxRanges } from "../hosts/hosts";

/**
 * Public addresses are for two: EC2 gives the first to instances that ask for one, and the rest are for machines that have
 * none in EC2 but a way out all the same.
 */
const assigned = 16;

/** Those that EC2 gives to instances. */
export function assignedAddresses(ranges: SandboxRanges): string[] {
  return ranges.public.flatMap(addressesIn).slice(0, assigned);
}

/** Those that EC2 knows nothing of: a machine's way to the sandbox's outside. */
export function hiddenAddresses(ranges: SandboxRanges): string[] {
  return ranges.public.flatMap(addressesIn).slice(assigned);
}

/** The usable addresses of an IPv4 range; the first four are the network's own. */
function addressesIn(range: string): string[] {
  const [start = "", prefix = "32"] = range.split("/");
  const first = start.split(".").reduce((sum, part) => sum * 256 + Number(part), 0);
  const count = 2 ** (32 - Number(prefix));
  return Array.from({ length: Math.max(0, count - 5) }, (_, index) => {
    const number = first + index + 4;
    return [24, 16, 8, 0].map((shift) => Math.floor(number / 2 ** shift) % 256).join(".");
  });
}
