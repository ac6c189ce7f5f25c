import { rmSync } from "node:fs";

import { stopSandbox } from "./fixture/sandbox";
import { ownHome } from "./fixture/world";
import { keepVariable } from "./setup";

/** The last test has destroyed the deployment; whatever a failed one left goes with the sandbox. */
export default async function teardown(): Promise<void> {
  if (process.env[keepVariable] !== undefined) return;
  const home = ownHome();
  await stopSandbox(home);
  rmSync(home.directory, { recursive: true, force: true });
}
