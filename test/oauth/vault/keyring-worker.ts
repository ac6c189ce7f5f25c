import { Keyring } from "../../../oauth/vault/keyring";

/** Adds so many keys to a keyring, one after the other. */
async function main(): Promise<void> {
  const [file = "", count] = process.argv.slice(2);
  const keyring = Keyring.open(file);
  for (let added = 0; added < Number(count); added++) await keyring.add();
}

if (require.main === module) void main();
