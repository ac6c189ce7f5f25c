import { connect } from "node:net";

import { AwsProvider } from "./provider";
import { serve } from "./server";

/**
 * The plugin `aws` for machines that can't have the official one: `main.js ENGINE`, where ENGINE is the address of the
 * engine that starts it. Prints its port, and ends with the engine.
 */
async function main(): Promise<void> {
  const version = process.env.DEPLOY4ME_PLUGIN_VERSION ?? "0.0.0-dev";
  const port = await serve(new AwsProvider(), version);
  console.log(port);
  const engine = process.argv.slice(2).find((argument) => !argument.startsWith("-"));
  if (engine !== undefined) endWith(engine);
  process.once("SIGINT", () => process.exit(0));
}

/** An engine that was killed leaves its plugins behind; its port does not answer any more. */
function endWith(engine: string): void {
  const [host = "127.0.0.1", port = "0"] = engine.split(":");
  setInterval(() => {
    const socket = connect({ host, port: Number(port), timeout: 5_000 });
    socket.once("connect", () => socket.destroy()).once("error", () => process.exit(0));
  }, 5_000).unref();
}

void main();
