import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";

import { home } from "../../cli/home";
import { daemonFiles, isAlive, readRecord } from "../../sandbox/daemon-files";

const directory = ".deploy4me/homes/cli";
const where = home({ DEPLOY4ME_HOME: directory });

/** The command as one types it. */
function deploy4me(...args: string[]): { code: number | null; output: string } {
  const { status, stdout, stderr } = spawnSync(join(where.root, "deploy4me"), args, {
    encoding: "utf8",
    env: { ...process.env, DEPLOY4ME_HOME: directory },
    timeout: 120_000,
  });
  return { code: status, output: `${stdout}${stderr}` };
}

function runningOr(nobody: string): { pid: number; started: string; namespace: string } {
  const record = readRecord(daemonFiles(where.sandbox));
  if (record?.ready === undefined || !isAlive(record)) throw new Error(nobody);
  return { pid: record.pid, started: record.started, namespace: record.ready.ranges.visitor.namespace };
}

/** The namespaces of this sandbox. */
function namespaces(visitor: string): string[] {
  return readdirSync("/run/netns").filter((name) => name.startsWith(visitor.replace(/visitor$/, "")));
}

/** On a machine room of its own, beside whatever else runs here. */
describe("deploy4me sandbox", () => {
  afterAll(() => {
    deploy4me("sandbox", "reset");
    rmSync(where.directory, { recursive: true, force: true });
  });

  test("start makes a cloud that answers, and a second start finds it", () => {
    expect(deploy4me("sandbox", "start")).toMatchObject({ code: 0 });
    const { pid } = runningOr("the sandbox does not run after start");
    expect(deploy4me("sandbox", "start").output).toContain("the sandbox runs already");
    expect(runningOr("gone").pid).toBe(pid);
  });

  test("status shows where it is, for people and for programs", () => {
    expect(deploy4me("sandbox", "status").output).toMatch(/^API {7}http:\/\/127\.0\.0\.1:\d+$/m);
    const status = JSON.parse(deploy4me("sandbox", "status", "--json").output) as Record<string, unknown>;
    expect(status).toMatchObject({ running: true, droplets: [] });
  });

  test("visitor runs a command as the outside world, with its exit code and its own options", () => {
    const { ipv4 } = readRecord(daemonFiles(where.sandbox))!.ready!.ranges.visitor;
    expect(deploy4me("sandbox", "visitor", "--", "ip", "-brief", "-4", "address").output).toContain(ipv4);
    expect(deploy4me("sandbox", "visitor", "sh", "-c", "exit 7").code).toBe(7);
  });

  test("stop leaves nothing on this machine but the disks", () => {
    const { pid, started, namespace } = runningOr("the sandbox does not run");
    expect(deploy4me("sandbox", "stop")).toMatchObject({ code: 0 });
    expect(isAlive({ pid, started })).toBe(false);
    expect(namespaces(namespace)).toEqual([]);
    expect(existsSync(daemonFiles(where.sandbox).token)).toBe(true);
    expect(deploy4me("sandbox", "status")).toEqual({ code: 1, output: "the sandbox does not run\n" });
    expect(deploy4me("sandbox", "stop").output).toBe("the sandbox does not run\n");
  });

  test("stop removes what a killed daemon left", () => {
    deploy4me("sandbox", "start");
    const { pid, started, namespace } = runningOr("the sandbox does not run after a second start");
    process.kill(pid, "SIGKILL");
    while (isAlive({ pid, started })) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 20);
    expect(namespaces(namespace)).not.toEqual([]);
    expect(deploy4me("sandbox", "stop").output).toContain("did not end in order");
    expect(namespaces(namespace)).toEqual([]);
  });

  test("what a daemon logs has no token in it", () => {
    const { log, token } = daemonFiles(where.sandbox);
    expect(readFileSync(log, "utf8")).toContain("ready: DigitalOcean's API answers");
    expect(readFileSync(log, "utf8")).not.toContain(readFileSync(token, "utf8").trim());
  });

  test("reset ends a daemon whose folder is gone, and leaves no trace of it", () => {
    deploy4me("sandbox", "start");
    const { pid, started, namespace } = runningOr("the sandbox does not run after a third start");
    rmSync(where.sandbox, { recursive: true, force: true });
    expect(deploy4me("sandbox", "reset")).toMatchObject({ code: 0 });
    expect(isAlive({ pid, started })).toBe(false);
    expect(namespaces(namespace)).toEqual([]);
    expect(existsSync(where.sandbox)).toBe(false);
  });
});
