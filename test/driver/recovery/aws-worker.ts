import { Driver } from "../../../driver/driver";
import type { Operation } from "../../../driver/operation";
import { awsWholeProgram } from "../programs/aws-whole";

/** What a driver in a process of its own is to do. */
export interface AwsOrder {
  readonly home: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly kind: "up" | "destroy";
  readonly name: string;
}

/** `node aws-worker.js ORDER`: says in lines the operation's id, each `note …`, and how it `ended …`. */
async function main([text = ""]: readonly string[]): Promise<void> {
  const { home, environment, kind, name } = JSON.parse(text) as AwsOrder;
  const driver = driverAtAws(home, environment);
  const operation: Operation<unknown> = driver[kind]({ name });
  process.stdout.write(`${operation.id}\n`);
  for await (const event of operation.events)
    if (event.kind === "note") process.stdout.write(`note ${event.message}\n`);
  const ended = await operation.result.then(
    () => "done",
    (error: unknown) => String(error),
  );
  process.stdout.write(`ended ${ended}\n`);
  await driver.close();
}

export function driverAtAws(home: string, environment: AwsOrder["environment"]) {
  return new Driver({
    home,
    program: awsWholeProgram,
    times: { graceMs: 300 },
    credentials: { mode: "guard", environment: () => Promise.resolve(environment) },
  });
}

if (require.main === module) void main(process.argv.slice(2));
