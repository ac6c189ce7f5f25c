import type { SandboxRanges } from "../../hosts/hosts";
import { nextAddress } from "../addresses";
import { unprocessable } from "../errors";
import type { CloudState, Vpc } from "../state";

/** The next address for a droplet's public interface. */
export function takePublicIpv4(draft: CloudState, ranges: SandboxRanges): string {
  const used = draft.droplets.map(({ publicIpv4 }) => publicIpv4);
  return take(draft, "public", ranges.public, [...used, ranges.deployer.ipv4, ranges.visitor.ipv4]);
}

export function takeIpv6(draft: CloudState, ranges: SandboxRanges): string {
  return take(draft, "ipv6", ranges.ipv6, [...draft.droplets.map(({ ipv6 }) => ipv6), ranges.visitor.ipv6]);
}

export function takeReserved(draft: CloudState, ranges: SandboxRanges): string {
  return take(draft, "reserved", ranges.reserved, [
    ...draft.reservedIps.map(({ ip }) => ip),
    ranges.deployer.ipv4,
    ranges.visitor.ipv4,
  ]);
}

export function takeReservedIpv6(draft: CloudState, ranges: SandboxRanges): string {
  const used = draft.reservedIpv6s.map(({ ip }) => ip);
  return take(draft, "reserved ipv6", ranges.reservedIpv6, used);
}

export function takePrivateIpv4(draft: CloudState, vpc: Vpc): string {
  const members = draft.droplets.filter(({ vpcId }) => vpcId === vpc.id);
  return take(
    draft,
    `vpc ${vpc.id}`,
    [vpc.ipRange],
    members.map(({ privateIpv4 }) => privateIpv4),
  );
}

function take(
  draft: CloudState,
  pool: string,
  ranges: readonly string[],
  taken: readonly (string | undefined)[],
): string {
  const used = new Set(taken.filter((address) => address !== undefined));
  const address = nextAddress(ranges, draft.lastAddress[pool], used);
  if (address === undefined) throw unprocessable(`No address is free in ${ranges.join(", ")}.`);
  draft.lastAddress[pool] = address;
  return address;
}
