import type { Recovery, RecoveryContext } from "../../../driver/pending";
import type { PendingOperation } from "../../../driver/state/state";
import { Bed, failureOf } from "../fixture";
import { processesWith, until } from "../processes";
import type { CloudRequest } from "../programs/cloud";

/** What the driver hands to a recovery, and what it takes for settled. What a recovery finds in the cloud is its own tests'. */
const slow: CloudRequest = { name: "slow", tags: 0, droplets: ["one"] };
let bed: Bed;
beforeEach(async () => {
  bed = await Bed.open();
  bed.api.hosts.hold();
});
afterEach(async () => {
  await bed.close();
});

/** Settles by what a test wants. */
class NotedRecovery implements Recovery {
  readonly asked: { readonly pending: readonly PendingOperation[]; readonly context: RecoveryContext }[] = [];

  constructor(private readonly work: (context: RecoveryContext) => Promise<void>) {}

  async settle(pending: readonly PendingOperation[], context: RecoveryContext): Promise<void> {
    this.asked.push({ pending, context });
    await this.work(context);
  }
}

async function killed(which: "engine" | "provider"): Promise<void> {
  const operation = bed.driver().up(slow);
  await until(() => bed.api.hosts.named("create").length > 0, "the droplet's creation");
  const mark = which === "engine" ? "--event-log" : "pulumi-resource-digitalocean";
  process.kill(processesWith(operation.id).find(({ command }) => command.includes(mark))!.pid, "SIGKILL");
  await failureOf(operation.result);
}

/** The droplet goes, and the state forgets that it was being made. */
async function clear(context: RecoveryContext): Promise<void> {
  bed.api.hosts.release();
  await bed.api.cloud.settled();
  const { droplets } = (await bed.api.get("/v2/droplets")).body as { droplets: { id: number }[] };
  for (const { id } of droplets) await bed.api.delete(`/v2/droplets/${id}`);
  await bed.api.cloud.settled();
  context.note(`${droplets.length} removed`);
  await context.replaceState(context.state.text);
}

test.each(["engine", "provider"] as const)(
  "after an %s that was killed the next operation has it settled first, and goes on",
  async (which) => {
    await killed(which);
    const recovery = new NotedRecovery(clear);
    const { changes } = await bed.driver({ recovery }).up(slow).result;
    expect(recovery.asked).toHaveLength(1);
    expect(recovery.asked[0]).toMatchObject({
      pending: [
        { type: "creating", resource: { type: "digitalocean:index/droplet:Droplet", inputs: { name: "slow-one" } } },
      ],
      context: { kind: "up", stack: { project: "test", stack: "slow" }, environment: bed.cloudVariables },
    });
    expect(changes).toMatchObject({ create: 1 });
    const { droplets } = (await bed.api.get("/v2/droplets")).body as { droplets: { name: string }[] };
    expect(droplets.map(({ name }) => name)).toEqual(["slow-one"]);
    // It is asked once.
    await bed.driver({ recovery }).up(slow).result;
    expect(recovery.asked).toHaveLength(1);
  },
);

test("neither up nor refresh nor destroy begins before it is settled", async () => {
  await killed("provider");
  for (const kind of ["up", "refresh", "destroy"] as const) {
    expect(await failureOf(bed.driver()[kind](slow).result)).toMatchObject({ code: "PENDING_OPERATIONS" });
    const recovery = new NotedRecovery(() => Promise.reject(new Error("the cloud is not there")));
    const failure = await failureOf(bed.driver({ recovery })[kind](slow).result);
    expect([kind, failure.message]).toEqual([kind, "the cloud is not there"]);
  }
  expect(bed.api.hosts.named("create")).toHaveLength(1);
});

test("a recovery that leaves the state as it is has settled nothing, and a state that is brought back has it in flight again", async () => {
  await killed("engine");
  const idle = new NotedRecovery(() => Promise.resolve());
  expect(await failureOf(bed.driver({ recovery: idle }).up(slow).result)).toMatchObject({ code: "PENDING_OPERATIONS" });
  expect(idle.asked).toHaveLength(1);
  const driver = bed.driver({ recovery: new NotedRecovery(clear) });
  await driver.up(slow).result;
  const inFlight = (await driver.backups("slow")).find(({ before }) => before === "up")!;
  await driver.restore("slow", inFlight.id).result;
  // The engine's import has dropped it from the state; the driver has not.
  expect(await driver.export("slow").result).not.toContain('"creating"');
  expect(await failureOf(bed.driver().up(slow).result)).toMatchObject({
    code: "PENDING_OPERATIONS",
    pending: [{ operation: "creating" }],
  });
});
