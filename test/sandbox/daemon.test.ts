import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { type Daemon, startDaemon } from "../../sandbox/daemon";
import { daemonFiles, isAlive, readRecord, startTime } from "../../sandbox/daemon-files";
import { SandboxInUse } from "../../sandbox/daemon-lock";
import { RecordedHosts } from "./digitalocean/recorded-hosts";

describe("the daemon", () => {
  let directory: string;
  let hosts: RecordedHosts;
  const log: string[] = [];
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), "deploy4me-daemon-"));
    hosts = new RecordedHosts();
  });
  afterEach(() => {
    rmSync(directory, { recursive: true });
  });

  const start = (): Promise<Daemon> =>
    startDaemon({ directory, openRoom: () => Promise.resolve(hosts), log: (line) => void log.push(line) });
  const files = () => daemonFiles(directory);

  test("says where it is once it answers, and only its owner may read the token", async () => {
    const daemon = await start();
    const token = readFileSync(files().token, "utf8").trim();
    expect(statSync(files().token).mode & 0o777).toBe(0o600);
    expect(readRecord(files())?.ready).toEqual({ apiUrl: daemon.apiUrl, ranges: hosts.ranges });
    const answer = await fetch(`${daemon.apiUrl}/v2/account`, { headers: { authorization: `Bearer ${token}` } });
    expect(answer.status).toBe(200);
    await daemon.close();
  });

  test("keeps its port and its token from one start to the next", async () => {
    const first = await start();
    const token = readFileSync(files().token, "utf8");
    await first.close();
    const second = await start();
    expect(second.apiUrl).toBe(first.apiUrl);
    expect(readFileSync(files().token, "utf8")).toBe(token);
    await second.close();
  });

  test("moves to another port when its own was taken meanwhile", async () => {
    const first = await start();
    await first.close();
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(Number(new URL(first.apiUrl).port), "127.0.0.1", resolve));
    const second = await start();
    expect(second.apiUrl).not.toBe(first.apiUrl);
    await second.close();
    other.close();
  });

  test("is alone in its directory", async () => {
    const daemon = await start();
    await expect(start()).rejects.toThrow(SandboxInUse);
    expect(readRecord(files())?.ready?.apiUrl).toBe(daemon.apiUrl);
    await daemon.close();
  });

  test("closes the machine room when it ends, and leaves no record behind", async () => {
    const daemon = await start();
    await daemon.close();
    expect(hosts.named("close")).toHaveLength(1);
    expect(existsSync(files().record)).toBe(false);
    await expect(fetch(`${daemon.apiUrl}/v2/account`)).rejects.toThrow();
  });

  test("that cannot go on after the room was opened closes it again", async () => {
    hosts.refuse("setZones", "no resolver");
    await expect(start()).rejects.toThrow("no resolver");
    expect(hosts.named("close")).toHaveLength(1);
    expect(existsSync(files().record)).toBe(false);
    hosts.accept("setZones");
    await (await start()).close();
  });

  test("leaves its record when the room could not be taken down, for whoever cleans up", async () => {
    const daemon = await start();
    hosts.refuse("close", "a mount is busy");
    await expect(daemon.close()).rejects.toThrow("a mount is busy");
    expect(readRecord(files())).toMatchObject({ pid: process.pid });
  });
});

describe("the record of a daemon", () => {
  test("is of a living process only while that process lives", () => {
    const started = startTime(process.pid) ?? "";
    expect(isAlive({ pid: process.pid, started })).toBe(true);
    expect(isAlive({ pid: process.pid, started: "1" })).toBe(false);
    expect(isAlive({ pid: 2 ** 22 + 1, started })).toBe(false);
  });

  test("that was cut off by a power failure is nobody's", () => {
    const directory = mkdtempSync(join(tmpdir(), "deploy4me-daemon-"));
    writeFileSync(daemonFiles(directory).record, '{"pid":');
    const record = readRecord(daemonFiles(directory));
    expect(record !== undefined && isAlive(record)).toBe(false);
    rmSync(directory, { recursive: true });
  });
});
