import { removeSandbox } from "./fixture/sandbox";
import { ownHome } from "./fixture/world";
import { keepVariable } from "./setup";

/** The last file has destroyed the deployment; whatever a failed one left goes with the sandbox. Logs stay. */
export default async function teardown(): Promise<void> {
  if (process.env[keepVariable] !== undefined) return;
  await removeSandbox(ownHome());
}
