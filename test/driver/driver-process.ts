import { Driver } from "../../driver/driver";
import { SqliteLeases } from "../../driver/lease/sqlite-leases";
import type { LeaseTimes } from "../../driver/lease/lease";
import type { CloudRequest } from "./programs/cloud";
import { cloudProgram } from "./programs/cloud-program";

/** What a driver in a process of its own is to do. */
export interface DriverOrder {
  readonly home: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly request: CloudRequest;
  readonly backend?: string;
  /** Of the leases, in a file of the home. */
  readonly leases?: { readonly file: string; readonly times: LeaseTimes };
}

/** `node driver-process.js ORDER`: brings a request about, and tells each event in a line, the operation's id first. */
async function main([text = ""]: readonly string[]): Promise<void> {
  const { home, environment, request, backend, leases } = JSON.parse(text) as DriverOrder;
  const say = (what: unknown): void => void process.stdout.write(`${JSON.stringify(what)}\n`);
  const driver = new Driver<CloudRequest>({
    home,
    program: cloudProgram,
    times: { graceMs: 300 },
    credentials: { mode: "guard", environment: () => Promise.resolve(environment) },
    ...(backend === undefined ? {} : { backend }),
    ...(leases === undefined ? {} : { leases: new SqliteLeases(leases.file, leases.times) }),
  });
  const operation = driver.up(request);
  say({ id: operation.id });
  for await (const event of operation.events) say(event);
  await driver.close();
}

if (require.main === module) void main(process.argv.slice(2));
