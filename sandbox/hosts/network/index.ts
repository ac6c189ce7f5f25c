import { layoutOf } from "./addresses";
import type { MachineNetwork } from "./machine-network";
import { foreignRanges, usedAddresses } from "./neighbourhood";
import { RoutedNetwork } from "./network";
import { Registry } from "./registry";
import { sweep } from "./sweep";

export { anchorRange } from "./addresses";
export * from "./errors";
export type { MachineNetwork } from "./machine-network";
export { visitorCommand } from "./visitor";

export interface NetworkOptions {
  /** The sandbox's directory: as long as it is there, the sandbox keeps its addresses. */
  readonly directory: string;
  /** Where to tell what went wrong meanwhile and was mended. */
  readonly log: (line: string) => void;
}

/**
 * Opens the network of the sandbox in a directory: a router namespace, a visitor, the way out, metadata and names. What
 * an earlier, killed process left of it is removed first.
 * @throws NetworkInUse, NoSandboxFree, ProgramMissing, NetworkCommandFailed, HelperFailed
 * @example
 * const network = await openNetwork({ directory: ".deploy4me/sandbox", log: console.log });
 * await network.setNetworks([{ id: "vpc-1", range: "10.20.0.0/20" }]);
 * const path = await network.attach(machine);
 */
export async function openNetwork({ directory, log }: NetworkOptions): Promise<MachineNetwork> {
  const unusable = await usedAddresses();
  const registry = new Registry();
  const index = await registry.claim(directory, unusable);
  const network = new RoutedNetwork(layoutOf(index), foreignRanges(index, unusable), () => registry.close(index), log);
  try {
    await network.start();
  } catch (error) {
    await network.close();
    throw error;
  }
  return network;
}

/**
 * Removes all that the sandbox in a directory left on this machine, and gives its addresses back: for the directory's
 * removal. Works after a crash, and when there is nothing to remove.
 * @throws NetworkInUse while a process has the sandbox open
 */
export async function removeNetwork(directory: string): Promise<void> {
  await new Registry().forget(directory, sweep);
}
