import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";

import type { LeaseRequest, Leases, LeaseTimes } from "../../../driver/lease/lease";
import { failureOf } from "../fixture";
import { until } from "../processes";

/** Where a lease is kept; `another` is how another process of the same place opens it. */
export interface Place {
  open(times?: LeaseTimes): Leases;
  /** Arguments of `holder.js`. */
  readonly another: readonly string[];
  /** Changes what the lease of `stack` says of its owner. */
  pretendOwner(stack: string, change: Readonly<Record<string, unknown>>): Promise<void>;
  /** From now on nothing can be read or written there. */
  takeAway(): Promise<void>;
}

let operations = 0;
export function request(stack: string): LeaseRequest {
  return { stack: { project: "test", stack }, operation: `operation-${++operations}`, kind: "up" };
}

/** What both kinds of leases have to do. */
export function behavesAsLeases(place: () => Place): void {
  const leases: Leases[] = [];
  const children: ChildProcess[] = [];
  const open = (times?: LeaseTimes): Leases => {
    const one = place().open(times);
    leases.push(one);
    return one;
  };
  afterEach(async () => {
    for (const child of children.splice(0)) child.kill("SIGKILL");
    await Promise.all(leases.splice(0).map((one) => one.close()));
  });

  /** Another process that takes the stack; resolves when it has it. */
  async function holderOf(stack: string): Promise<ChildProcess> {
    const child = spawn(process.execPath, [join(__dirname, "holder.js"), stack, ...place().another], {
      stdio: ["pipe", "pipe", "inherit"],
    });
    children.push(child);
    const [said] = (await once(child.stdout, "data")) as [Buffer];
    if (said.toString().trim() !== "held") throw new Error(`the holder says ${said.toString()}`);
    return child;
  }

  test("one at a time has a stack; the next has a greater epoch", async () => {
    const one = open();
    const first = await one.acquire(request("one-at-a-time"));
    const failure = await failureOf(open().acquire(request("one-at-a-time")));
    expect(failure).toMatchObject({
      code: "STACK_BUSY",
      holder: { operation: `operation-${operations - 1}`, kind: "up" },
    });
    expect(one.held("test/one-at-a-time")).toEqual({ stack: "test/one-at-a-time", epoch: first.epoch });
    await first.release();
    expect(one.held("test/one-at-a-time")).toBeUndefined();
    const second = await open().acquire(request("one-at-a-time"));
    expect(second.epoch).toBe(first.epoch + 1);
    expect(second.previous).toBeUndefined();
    await second.release();
  });

  test("other stacks are no business of it, also when one's name begins another's", async () => {
    const one = open();
    const taken = await Promise.all(["a", "a-b", "ab"].map((stack) => one.acquire(request(stack))));
    await Promise.all(taken.map((lease) => lease.release()));
  });

  test("of many who want it at once exactly one gets it", async () => {
    const many = Array.from({ length: 12 }, () => open());
    const results = await Promise.allSettled(many.map((one) => one.acquire(request("wanted"))));
    const got = results.flatMap((result) => (result.status === "fulfilled" ? [result.value] : []));
    expect(got).toHaveLength(1);
    for (const result of results)
      if (result.status === "rejected") expect(result.reason).toMatchObject({ code: "STACK_BUSY" });
    await got[0]?.release();
  });

  test("a process that lives keeps it, also when it is frozen", async () => {
    const child = await holderOf("living");
    child.kill("SIGSTOP");
    expect(await failureOf(open().acquire(request("living")))).toMatchObject({
      code: "STACK_BUSY",
      holder: { owner: { pid: child.pid } },
    });
    expect(await open().holder({ project: "test", stack: "living" })).toMatchObject({ operation: "held-elsewhere" });
  });

  test("of a process that was killed it is taken over at once, and who had it is told", async () => {
    const child = await holderOf("killed");
    const ended = once(child, "exit");
    child.kill("SIGKILL");
    await ended;
    const lease = await open().acquire(request("killed"));
    expect(lease.previous).toMatchObject({ operation: "held-elsewhere", owner: { pid: child.pid } });
    await lease.release();
  });

  test("a process of the same number, started later, is not its owner", async () => {
    const lease = await open().acquire(request("reused"));
    // As if this process had got the number of one that died.
    await place().pretendOwner("reused", { started: "1", instance: "another", pid: process.ppid });
    const next = await open().acquire(request("reused"));
    expect(next.previous).toMatchObject({ owner: { pid: process.ppid } });
    await next.release();
    await lease.release();
  });

  test("of an owner that can't be looked at it is taken over when its time is over, not before", async () => {
    const times = { lastsMs: 3_000, renewMs: 60_000, marginMs: 100 };
    const lease = await open(times).acquire(request("elsewhere"));
    await place().pretendOwner("elsewhere", { boot: "another machine's" });
    expect(await failureOf(open(times).acquire(request("elsewhere")))).toMatchObject({ code: "STACK_BUSY" });
    for (;;) {
      const next = await open(times)
        .acquire(request("elsewhere"))
        .catch((error: unknown) => (error as { code?: string }).code);
      if (typeof next === "string") {
        expect(next).toBe("STACK_BUSY");
        await new Promise((resolve) => setTimeout(resolve, 50));
        continue;
      }
      // By then the old owner has known for a while that it may not go on.
      expect(lease.remainingMs()).toBeLessThanOrEqual(0);
      expect(next?.epoch).toBe(lease.epoch + 1);
      await next?.release();
      break;
    }
    await lease.release();
  });

  test("it is renewed, so that its time is never over while its owner works", async () => {
    const lease = await open({ lastsMs: 3_000, renewMs: 100, marginMs: 500 }).acquire(request("renewed"));
    await place().pretendOwner("renewed", { boot: "another machine's" });
    const end = Date.now() + 4_000;
    while (Date.now() < end) {
      expect(lease.lost.aborted).toBe(false);
      expect(await failureOf(open().acquire(request("renewed")))).toMatchObject({ code: "STACK_BUSY" });
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    await lease.release();
  });

  test("an owner whose lease was taken over learns it, and takes nothing back", async () => {
    const times = { lastsMs: 60_000, renewMs: 30, marginMs: 100 };
    const lease = await open(times).acquire(request("lost"));
    await place().pretendOwner("lost", { pid: 2 ** 22 + 1, started: "1", instance: "dead" });
    const next = await open().acquire(request("lost"));
    await until(() => lease.lost.aborted, "the loss");
    await lease.release();
    expect(await failureOf(open().acquire(request("lost")))).toMatchObject({ code: "STACK_BUSY" });
    await next.release();
  });

  test("an owner that can't renew it knows that it is lost before its time is over", async () => {
    const lastsMs = 6_000;
    const began = performance.now();
    const lease = await open({ lastsMs, renewMs: 30, marginMs: 4_000 }).acquire(request("cut-off"));
    await place().takeAway();
    await until(() => lease.lost.aborted, "the loss");
    expect(performance.now() - began).toBeLessThan(lastsMs);
    expect(lease.lost.reason).toMatch(/renewed in time/);
    await lease.release();
  });

  test("when nobody can be asked, nobody gets it", async () => {
    await place().takeAway();
    const failure = await failureOf(open().acquire(request("unknown")));
    expect(failure).toMatchObject({ code: "LEASES_UNAVAILABLE" });
    expect(failure.message).toMatch(/Nothing was started/);
  });

  test("what is kept with a stack is there for whoever has it next, and stays until it is taken away", async () => {
    const one = await open().acquire(request("keeping"));
    expect(one.kept).toBeUndefined();
    await one.keep("unfinished");
    await one.release();
    const two = await open().acquire(request("keeping"));
    expect(two.kept).toBe("unfinished");
    await two.release();
    const three = await open().acquire(request("keeping"));
    expect(three.kept).toBe("unfinished");
    await three.keep(undefined);
    // Who has lost it changes nothing any more.
    await one.keep("late");
    await three.release();
    const four = await open().acquire(request("keeping"));
    expect(four.kept).toBeUndefined();
    await four.release();
  });

  test("an aborted signal takes nothing", async () => {
    await expect(open().acquire(request("aborted"), AbortSignal.abort("no"))).rejects.toBe("no");
    const lease = await open().acquire(request("aborted"));
    expect(lease.epoch).toBe(1);
    await lease.release();
  });
}
