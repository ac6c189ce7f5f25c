// A whole life cycle over the sandbox's API with dots, DigitalOcean's own client for TypeScript: over TLS, with the
// sandbox's CA. What one step makes, the next ones use; after one that failed there is no next one.
import test from "node:test";

import { accountSteps } from "./account.ts";
import { dropletSteps } from "./droplets.ts";
import { endSteps } from "./end.ts";
import type { Made } from "./made.ts";
import { networkSteps } from "./network.ts";

const steps: Record<string, (made: Made) => Promise<void>> = {
  ...accountSteps,
  ...dropletSteps,
  ...networkSteps,
  ...endSteps,
};

void test("dots", async (t) => {
  // Each step fills in its part before another one asks for it.
  const made = {} as Made;
  for (const [name, act] of Object.entries(steps)) {
    let through = false;
    await t.test(name, async () => {
      await act(made);
      through = true;
    });
    if (!through) return;
  }
});
