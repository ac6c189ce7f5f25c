import type { Command } from "commander";

import { openEmbeddedVault } from "../oauth/vault/embedded";
import { rotateMasterKey } from "../oauth/vault/rotation";
import { connectionsDirectory, home } from "./home";

/** `deploy4me keys rotate`: the master key of the connections' vault. */
export function registerKeys(program: Command): void {
  const keys = program.command("keys").description("the master key that the connections are encrypted with");
  keys
    .command("rotate")
    .description("make a new master key and put every connection under it; others may go on using them meanwhile")
    .action(async () => {
      const vault = await openEmbeddedVault(connectionsDirectory(home()));
      try {
        const { version, rewrapped, retired } = await rotateMasterKey(vault);
        const connections = rewrapped === 1 ? "one connection was" : `${rewrapped} connections were`;
        process.stdout.write(
          `Master key ${version} is in ${vault.keys.file}; ${connections} put under it, and ` +
            `${retired.length === 1 ? "key" : "keys"} ${retired.join(", ")} forgotten. ` +
            "A backup of the connections from before needs a backup of the keyring from before.\n",
        );
      } finally {
        await vault.close();
      }
    });
}
