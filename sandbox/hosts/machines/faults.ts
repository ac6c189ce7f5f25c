import { writeFile } from "node:fs/promises";
import { join } from "node:path";

import type { MachineFault } from "../hosts";
import { run } from "../storage/command";

/** Where nothing looks for host keys, first boots included: they remove those they find beside sshd's settings. */
const keyFolder = "var/lib/sandbox-fault";
const settingsFolder = "etc/ssh/sshd_config.d";
const kinds = ["ed25519", "ecdsa"];

/**
 * Gives a machine a host key that nobody was told of, for its SSH server to show in place of those of its user data: of
 * several keys of a kind it takes the one that its settings name first, and this file is read first.
 * @param folder makes a folder on the machine's disk
 */
export async function layWrongHostKey(folder: (path: string) => Promise<string>): Promise<void> {
  const keys = await folder(keyFolder);
  for (const kind of kinds) {
    const file = join(keys, `ssh_host_${kind}_key`);
    await run(["rm", "-f", "--", file, `${file}.pub`], { action: "making a wrong host key" });
    const options = ["-q", "-t", kind, "-N", "", "-C", "", "-f", file];
    await run(["ssh-keygen", ...options], { action: "making a wrong host key" });
  }
  const settings = join(await folder(settingsFolder), "00-a-sandbox-fault.conf");
  await run(["rm", "-f", "--", settings], { action: "making a wrong host key" });
  const lines = kinds.map((kind) => `HostKey /${keyFolder}/ssh_host_${kind}_key\n`);
  await writeFile(settings, lines.join(""), { flag: "wx" });
}

/**
 * What a machine's init is told. One that never boots comes as far as an init that starts nothing: what follows on a
 * disk that can't be read, or a kernel that does not fit.
 */
export function initArguments(fault: MachineFault | undefined): readonly string[] {
  return fault === "never-boots" ? ["systemd.unit=local-fs-pre.target"] : [];
}
