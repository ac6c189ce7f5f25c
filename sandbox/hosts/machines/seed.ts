import type { MachineSpec } from "../hosts";

/** Where cloud-init looks for what it is told, on the disk. */
export const seedFolder = "var/lib/cloud/seed/nocloud";

/** What the cloud says to every machine beside its user data. */
const vendorData = `#cloud-config
disable_root: false
manage_etc_hosts: true
`;

/**
 * The files cloud-init reads at a machine's boots (NoCloud), by name.
 * @param networkConfig cloud-init's network configuration, version 2
 */
export function renderSeed(
  { id, hostname, sshKeys, userData }: Pick<MachineSpec, "id" | "hostname" | "sshKeys" | "userData">,
  networkConfig: string,
): Record<string, string> {
  return {
    // JSON is YAML.
    "meta-data": `${JSON.stringify({ "instance-id": String(id), "local-hostname": hostname, "public-keys": sshKeys })}\n`,
    "network-config": networkConfig,
    "user-data": userData,
    "vendor-data": vendorData,
  };
}
