import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";

import { FileLeases, LeasesUnavailable, StackBusy } from "../../guard/leases";

describe("a lease on a stack", () => {
  let directory: string;
  let file: string;
  let leases: FileLeases;
  const children: ChildProcess[] = [];
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), "deploy4me-leases-"));
    file = join(directory, "guard.db");
    leases = FileLeases.open(file);
  });
  afterEach(async () => {
    for (const child of children.splice(0)) {
      if (child.exitCode !== null || child.signalCode !== null) continue;
      child.kill("SIGKILL");
      await once(child, "exit");
    }
    leases.close();
    rmSync(directory, { recursive: true });
  });

  const said = async (child: ChildProcess): Promise<unknown> => (await once(child, "message"))[0] as unknown;
  const holder = async (stack: string): Promise<{ child: ChildProcess; message: unknown }> => {
    const child = fork(require.resolve("./lease-holder"), [file, stack]);
    children.push(child);
    return { child, message: await said(child) };
  };

  test("is held until it is given back, and each has a higher epoch than the one before", () => {
    expect(leases.held("office")).toBeUndefined();
    const first = leases.take("office", { holder: "pulumi" });
    expect(leases.held("office")).toEqual(first);
    leases.release(first);
    expect(leases.held("office")).toBeUndefined();
    expect(leases.take("office", { holder: "pulumi" }).epoch).toBe(first.epoch + 1);
  });

  test("of one stack says nothing about another", () => {
    leases.take("office", { holder: "pulumi" });
    expect(leases.held("shop")).toBeUndefined();
    expect(leases.take("shop", { holder: "pulumi" })).toEqual({ stack: "shop", epoch: 1 });
  });

  test("that another process holds is refused, with who it is; and is nobody else's", async () => {
    const { child } = await holder("office");
    const refusal = (): unknown => leases.take("office", { holder: "doctl" });
    expect(refusal).toThrow(StackBusy);
    expect(refusal).toThrow(
      new RegExp(`^«pulumi» \\(process ${child.pid}\\) works on the stack «office» since 20.*--stack`),
    );
    expect(leases.held("office")).toBeUndefined();
  });

  test("of a process that was killed is free", async () => {
    const { child, message } = await holder("office");
    expect(message).toEqual({ taken: { stack: "office", epoch: 1 } });
    child.kill("SIGKILL");
    await once(child, "exit");
    expect(leases.take("office", { holder: "pulumi" })).toEqual({ stack: "office", epoch: 2 });
  });

  test("of a process whose number another one has now is free", async () => {
    const { child } = await holder("office");
    const other = new DatabaseSync(file);
    other.prepare("UPDATE lease SET started = '1' WHERE pid = ?").run(child.pid ?? 0);
    other.close();
    expect(leases.take("office", { holder: "pulumi" }).epoch).toBe(2);
  });

  test("from before the machine was started anew is free", async () => {
    await holder("office");
    const other = new DatabaseSync(file);
    other.exec("UPDATE lease SET boot = 'another'");
    other.close();
    expect(leases.take("office", { holder: "pulumi" }).epoch).toBe(2);
  });

  test("of a process in another container can't be known to have ended: only whoever says so takes it", async () => {
    const { child } = await holder("office");
    child.kill("SIGKILL");
    await once(child, "exit");
    const other = new DatabaseSync(file);
    other.exec("UPDATE lease SET namespace = 'pid:[1]'");
    other.close();
    expect(() => leases.take("office", { holder: "pulumi" })).toThrow(/in another container.*--take-over/);
    expect(leases.take("office", { holder: "pulumi", takeOver: true }).epoch).toBe(2);
  });

  test("that was taken over is its former holder's no more", async () => {
    const { child } = await holder("office");
    const lease = leases.take("office", { holder: "pulumi", takeOver: true });
    child.send("?");
    expect(await said(child)).toEqual({ held: false });
    expect(leases.held("office")).toEqual(lease);
  });

  test("that was lost is not given back for whoever has it now", () => {
    const lost = leases.take("office", { holder: "pulumi" });
    const others = FileLeases.open(file);
    const lease = others.take("office", { holder: "pulumi", takeOver: true });
    leases.release(lost);
    expect(others.held("office")).toEqual(lease);
    others.close();
  });

  test("for which many processes ask at once is one's", async () => {
    const all = await Promise.all(Array.from({ length: 6 }, () => holder("office")));
    const messages = all.map(({ message }) => JSON.stringify(message)).sort();
    expect(messages).toEqual([
      ...Array.from({ length: 5 }, () => '{"refused":"STACK_BUSY"}'),
      '{"taken":{"stack":"office","epoch":1}}',
    ]);
  });

  test("is waited for while another process is in the middle of a change", async () => {
    leases.release(leases.take("office", { holder: "pulumi" }));
    const child = fork(require.resolve("./lease-blocker"), [file]);
    children.push(child);
    await said(child);
    expect(leases.take("office", { holder: "pulumi" }).epoch).toBe(3);
  });

  test("can't be had in a file that is none of leases, and that says which", () => {
    const broken = join(directory, "broken.db");
    writeFileSync(broken, "no database".repeat(500));
    expect(() => FileLeases.open(broken)).toThrow(LeasesUnavailable);
    expect(() => FileLeases.open(broken)).toThrow(broken);
    chmodSync(broken, 0o600);
    expect(() => FileLeases.open(join(directory, "nowhere", "guard.db"))).toThrow(/nowhere/);
  });
});
