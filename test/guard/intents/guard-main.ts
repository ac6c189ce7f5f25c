import { z } from "zod";

import { WrittenIntents } from "../../../guard/intents/intents";
import { noPace, noWatch } from "../../../guard/interfaces";
import { startGuard } from "../../../guard/server";
import { HandedToken } from "../guarded";

const orders = z.object({
  file: z.string(),
  upstream: z.url(),
  token: z.string(),
  epoch: z.number(),
  visibleWithin: z.number(),
});
export type Orders = z.infer<typeof orders>;

/** `node guard-main.js ORDERS`, forked: loads the guard alone, and not the cloud of the test. */
async function main(): Promise<void> {
  const { file, upstream, token, epoch, visibleWithin } = orders.parse(JSON.parse(process.argv[2] ?? ""));
  const log = (): void => undefined;
  const url = new URL(upstream);
  const guard = await startGuard({
    upstream: url,
    account: "account",
    tokens: new HandedToken(token),
    tickets: { stackOf: () => "office" },
    leases: { held: (stack) => ({ stack, epoch }) },
    pace: noPace,
    intents: WrittenIntents.open({
      file,
      upstream: url,
      visibleWithin,
      visibleAfterTimeout: visibleWithin,
      pause: 1,
      log,
    }),
    watch: noWatch,
    log,
  });
  process.send?.({ url: guard.url });
  process.on("disconnect", () => process.exit());
}

if (require.main === module) void main();
