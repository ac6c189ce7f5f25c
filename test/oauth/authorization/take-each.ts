import { createInterface } from "node:readline";

import { pendingKey } from "../../../oauth/authorization/pending";
import { SqlitePendingAuthorizations } from "../../../oauth/authorization/sqlite-store";

/** A process that takes the pending authorization of each state that it is told, and says whether it got it. */
async function main([file = "", now = ""]: readonly string[]): Promise<void> {
  const store = new SqlitePendingAuthorizations(file);
  process.stdout.write("ready\n");
  for await (const line of createInterface(process.stdin)) {
    const [state = "", session = ""] = line.split(" ");
    const taken = await store.take(pendingKey(state, session), new Date(now));
    process.stdout.write("pending" in taken ? "taken\n" : `${taken.refused}\n`);
  }
  store.close();
}

main(process.argv.slice(2)).catch((error: unknown) => {
  process.stderr.write(String(error));
  process.exitCode = 1;
});
