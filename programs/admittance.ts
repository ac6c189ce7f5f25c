import { createSocket } from "node:dgram";
import { networkInterfaces } from "node:os";

import * as pulumi from "@pulumi/pulumi";

import { contains, isPublicAddress, parseCidr } from "../components/cidr";
import type { BusinessDeploymentOutputs } from "../components/deployment";

/**
 * Warns, in the preview already, when this machine would lock itself out: it configures the bastion by SSH, and the
 * bastion admits only `adminAccess`.
 *
 * Asks nobody outside for this machine's address. Behind NAT it can't be known, and there is no warning.
 */
export function warnWhenNotAdmitted(
  deployment: pulumi.Resource & Pick<BusinessDeploymentOutputs, "bastionAddress">,
  adminAccess: readonly string[],
): void {
  const warning = admittanceWarning(interfaceAddresses(), adminAccess);
  if (warning !== undefined) {
    void pulumi.log.warn(warning, deployment);
    return;
  }
  // One of several addresses is admitted: once there is a bastion, the route to it says whether it is the right one.
  void deployment.bastionAddress.apply(async (address) => {
    const source = await sourceAddress(address);
    const routed = source === undefined ? undefined : admittanceWarning([source], adminAccess);
    if (routed !== undefined) await pulumi.log.warn(routed, deployment);
  });
}

/** The sentence to show, when none of the addresses is admitted; addresses that others don't see are left out. */
export function admittanceWarning(addresses: readonly string[], adminAccess: readonly string[]): string | undefined {
  const visible = addresses.filter(isPublicAddress);
  const ranges = adminAccess.flatMap((text) => parseCidr(text) ?? []);
  if (visible.length === 0 || visible.some((address) => ranges.some((range) => contains(range, address))))
    return undefined;
  const own = visible.map((address) => `${address}/${address.includes(":") ? 128 : 32}`);
  return (
    `adminAccess (${adminAccess.join(", ")}) does not admit this machine (${visible.join(", ")}): ` +
    `the bastion will refuse its connections. Add ${own.join(" or ")}, or deploy from a machine that is admitted.`
  );
}

/**
 * The address this machine would use towards another. Nothing is sent: a connected UDP socket only takes a route.
 * @returns nothing when there is no route
 */
export function sourceAddress(destination: string): Promise<string | undefined> {
  return new Promise((resolve) => {
    const socket = createSocket(destination.includes(":") ? "udp6" : "udp4");
    const failed = (): void => {
      socket.close();
      resolve(undefined);
    };
    // Without a callback its errors come as events; with one they are handed to it as if it had worked.
    socket.once("error", failed);
    socket.once("connect", () => {
      const { address } = socket.address();
      socket.close();
      resolve(address);
    });
    socket.connect(22, destination);
  });
}

/** Those that could lead to the bastion, whose lasting address is an IPv4 one. */
function interfaceAddresses(): string[] {
  return Object.values(networkInterfaces()).flatMap((entries) =>
    (entries ?? []).filter(({ internal, family }) => !internal && family === "IPv4").map(({ address }) => address),
  );
}
