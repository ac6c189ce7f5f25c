import { PostgresLeases } from "../../../driver/lease/postgres-leases";
import { SqliteLeases } from "../../../driver/lease/sqlite-leases";

/** A process that takes a stack and keeps it until it is killed: `node holder.js STACK sqlite FILE | postgres URL`. */
async function main([stack = "", kind, where = ""]: readonly string[]): Promise<void> {
  const leases = kind === "postgres" ? new PostgresLeases({ url: where }) : new SqliteLeases(where);
  await leases.acquire({ stack: { project: "test", stack }, operation: "held-elsewhere", kind: "up" });
  process.stdout.write("held\n");
  process.stdin.resume();
}

void main(process.argv.slice(2));
