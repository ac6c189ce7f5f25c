import { Keyring } from "../../../oauth/vault/keyring";
import { Vault } from "../../../oauth/vault/vault";
import { digitalOceanToken } from "./examples";
import { openStore, type StoreAddress } from "./stores";

/** Reads, changes, makes and removes connections until it is told to end by the end of its input; then says how often. */
async function main(): Promise<void> {
  const { address, keyringFile, ids, name } = JSON.parse(process.argv[2] ?? "") as WorkerTask;
  const vault = new Vault({ store: await openStore(address), keys: Keyring.open(keyringFile) });
  const input = process.stdin.resume();
  process.stdout.write("ready\n");
  let turns = 0;
  while (!input.readableEnded) {
    for (const id of ids) {
      const reference = { tenant: "local", id };
      const { credentials } = await vault.read(reference);
      if (credentials.kind !== "digitalocean-token") throw new Error("another connection's credentials");
      const next = digitalOceanToken(`${id} of ${name} ${turns}`);
      await vault.update(reference, () => ({ change: { credentials: next }, result: 0 }));
    }
    const own = await vault.add({ tenant: name, name: "own", credentials: digitalOceanToken() });
    await vault.read(own);
    await vault.remove(own);
    turns++;
    await new Promise(setImmediate);
  }
  await vault.close();
  process.stdout.write(`${turns}\n`);
}

export interface WorkerTask {
  readonly address: StoreAddress;
  readonly keyringFile: string;
  readonly ids: readonly string[];
  readonly name: string;
}

if (require.main === module) void main();
