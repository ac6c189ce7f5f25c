import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";

import { Connected, untilDue } from "./connected";
import { failureOf } from "./owner";
import { hashOf, type WorkerEnd, type WorkerTask } from "./tokens-worker";
import { storeSources } from "./vault/stores";

describe.each(storeSources())("processes that share a vault in $name", (source) => {
  let connected: Connected;
  const children: ChildProcessWithoutNullStreams[] = [];

  beforeAll(() => source.start());
  afterAll(() => source.stop());
  beforeEach(async () => {
    connected = await Connected.open(await source.address());
    connected.server.clock.advance(untilDue);
  });
  afterEach(async () => {
    for (const child of children.splice(0)) {
      child.stdin.end();
      if (child.exitCode === null && child.signalCode === null) await once(child, "exit");
    }
    await connected.close();
  });

  /** A process of its own, that is about to want a token. */
  async function worker(task: Partial<WorkerTask> = {}): Promise<Worker> {
    const whole: WorkerTask = {
      address: connected.address,
      directory: connected.directory,
      reference: { tenant: connected.connection.tenant, id: connected.connection.id },
      now: connected.server.clock.now().toISOString(),
      ...task,
    };
    const child = spawn(process.execPath, [join(__dirname, "tokens-worker.js"), JSON.stringify(whole)]);
    children.push(child);
    child.stderr.pipe(process.stderr);
    const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
    await lines.next();
    return {
      child,
      async run() {
        child.stdin.write("go\n");
        const { value, done } = await lines.next();
        if (done !== true) return JSON.parse(value) as WorkerEnd;
        if (child.exitCode === null && child.signalCode === null) await once(child, "exit");
        return { killedBy: child.signalCode };
      },
    };
  }

  test("renew a token once, however many want it at once, and all get the same", async () => {
    const workers = await Promise.all(Array.from({ length: 4 }, () => worker()));
    const release = connected.gate.hold();
    const arrived = connected.gate.next();
    const ends = Promise.all(workers.map((one) => one.run()));
    await arrived;
    // So that the others meet the one that is in flight; what comes out must be the same without.
    await sleep(200);
    release();
    const { value } = await connected.tokens().current();
    expect(await ends).toEqual(workers.map(() => ({ token: hashOf(value) })));
    expect(connected.isLetIn({ value })).toBe(true);
    expect([connected.gate.arrived, connected.given]).toEqual([1, 2]);
  });

  test("one that dies before it has written that it asks is taken over from, and nothing was lost", async () => {
    expect(await (await worker({ die: "before-intent" })).run()).toEqual({ killedBy: "SIGKILL" });
    expect(connected.gate.arrived).toBe(0);
    const token = await connected.tokens().current();
    expect(connected.isLetIn(token)).toBe(true);
    expect([connected.gate.arrived, connected.given, await connected.state()]).toEqual([1, 2, "usable"]);
  });

  test("one that dies with the request written down and not sent leaves a usable connection", async () => {
    expect(await (await worker({ die: "before-request" })).run()).toEqual({ killedBy: "SIGKILL" });
    expect(connected.gate.arrived).toBe(0);
    expect((await connected.vault.read(connected.connection)).renewal.claim).toMatchObject({ phase: "asked" });
    const token = await connected.tokens().current();
    expect(connected.isLetIn(token)).toBe(true);
    expect([connected.gate.arrived, connected.given, await connected.state()]).toEqual([1, 2, "usable"]);
  });

  test("one that dies between the answer and writing it down: a person is needed and told why, and it is no loop", async () => {
    const old = await connected.vault.read(connected.connection);
    expect(await (await worker({ die: "after-answer" })).run()).toEqual({ killedBy: "SIGKILL" });
    expect([connected.gate.arrived, connected.given]).toEqual([1, 2]);
    expect((await connected.vault.read(connected.connection)).credentials).toEqual(old.credentials);
    const workers = await Promise.all([worker(), worker()]);
    const lost = { code: "RECONNECT_NEEDED", reason: "answer-lost" };
    expect(await Promise.all(workers.map((one) => one.run()))).toEqual([lost, lost]);
    for (let time = 0; time < 5; time++) expect(await failureOf(connected.tokens().current())).toMatchObject(lost);
    expect([connected.gate.arrived, connected.given]).toEqual([2, 2]);
    expect(await connected.state()).toBe("reconnect: answer-lost");
  });

  test("one that is killed while it waits for the answer: the same", async () => {
    const one = await worker();
    const release = connected.gate.hold();
    const arrived = connected.gate.next();
    const end = one.run();
    await arrived;
    await until(() => connected.given === 2);
    one.child.kill("SIGKILL");
    expect(await end).toEqual({ killedBy: "SIGKILL" });
    release();
    expect(await failureOf(connected.tokens().current())).toMatchObject({ reason: "answer-lost" });
  });

  test("one that stood still before it asked asks no more: somebody else has, meanwhile", async () => {
    const one = await worker({ stop: true, leaseMs: 400 });
    const end = one.run();
    await until(() => readFileSync(`/proc/${one.child.pid ?? 0}/stat`, "utf8").includes(") T "));
    const { value } = await connected.tokens().current();
    one.child.kill("SIGCONT");
    expect(await end).toEqual({ token: hashOf(value) });
    expect([connected.gate.arrived, connected.given, await connected.state()]).toEqual([1, 2, "usable"]);
  });

  test("one that stands still with the answer: it is taken for lost, until it is written down after all", async () => {
    const one = await worker({ leaseMs: 400 });
    const release = connected.gate.hold();
    const arrived = connected.gate.next();
    const end = one.run();
    await arrived;
    await until(() => connected.given === 2);
    one.child.kill("SIGSTOP");
    release();
    // It counts as dead when its time is over, and the one that comes then is refused: the token was used up.
    expect(await failureOf(connected.tokens().current())).toMatchObject({ reason: "answer-lost" });
    one.child.kill("SIGCONT");
    await end;
    await until(async () => (await connected.state()) === "usable");
    expect(connected.isLetIn(await connected.tokens().current())).toBe(true);
    expect(connected.given).toBe(2);
  });
});

interface Worker {
  readonly child: ChildProcessWithoutNullStreams;
  /** Lets it want the token. @returns how it ended */
  run(): Promise<WorkerEnd | { readonly killedBy: NodeJS.Signals | null }>;
}

async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await condition())) await sleep(10);
}
