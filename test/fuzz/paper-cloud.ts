import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { systemClock } from "../../sandbox/clock";
import { oneToken } from "../../sandbox/digitalocean/access";
import { Cloud } from "../../sandbox/digitalocean/cloud";
import { RateLimiter } from "../../sandbox/digitalocean/rate-limit";
import { buildApi } from "../../sandbox/digitalocean/server";
import { fileStore } from "../../sandbox/digitalocean/store";
import { RecordedHosts } from "../sandbox/digitalocean/recorded-hosts";
import { Watch } from "./watch";

export const token = "token-of-a-cloud-on-paper";

/** Many addresses: what is fuzzed is not to end at the first thirty droplets. */
class PaperHosts extends RecordedHosts {
  override readonly ranges = {
    ...new RecordedHosts().ranges,
    public: ["203.0.113.0/24"],
    reserved: ["198.51.100.0/24"],
  };
}

/**
 * A process with the API over machines on paper, without limits of requests: for `fork`. It sends `{ url }` when it
 * answers, and a report whenever it gets a message: what it answered, when everything that was begun has ended.
 */
async function main(): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), "deploy4me-paper-"));
  const watch = new Watch();
  const log = (line: string): void => {
    watch.log(line);
  };
  const hosts = new PaperHosts();
  const cloud = await Cloud.open({ store: fileStore(directory), hosts, log });
  const limiter = new RateLimiter(systemClock, { enabled: false });
  const app = buildApi({ cloud, access: oneToken(token), limiter, log });
  watch.over(app);
  const url = await app.listen({ host: "127.0.0.1", port: 0 });
  process.send?.({ url });
  process.on("message", () => {
    void cloud.settled().then(() => {
      process.send?.({
        report: watch.report(),
        open: cloud.state.actions.filter((one) => one.status === "in-progress"),
      });
    });
  });
  process.on("disconnect", () => {
    rmSync(directory, { recursive: true, force: true });
    process.exit();
  });
}

if (require.main === module) void main();
