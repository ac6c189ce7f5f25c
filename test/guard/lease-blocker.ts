import { DatabaseSync } from "node:sqlite";

/** A process that is in the middle of changing the file of leases, for a while: for `fork`. */
function main([file = ""]: readonly string[]): void {
  const database = new DatabaseSync(file);
  database.exec("BEGIN IMMEDIATE; UPDATE lease SET epoch = epoch + 1");
  process.send?.("begun", () => {
    setTimeout(() => {
      database.exec("COMMIT");
      database.close();
      process.disconnect();
    }, 400);
  });
}

main(process.argv.slice(2));
