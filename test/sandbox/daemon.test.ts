import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

import Fastify from "fastify";

import { admin } from "../../cli/admin";
import { SandboxNotRunning } from "../../cli/errors";
import { ManualClock } from "../../sandbox/clock";
import { type Daemon, type DaemonOptions, startDaemon } from "../../sandbox/daemon";
import { daemonFiles, isAlive, readRecord, startTime } from "../../sandbox/daemon-files";
import { SandboxInUse } from "../../sandbox/daemon-lock";
import { Contract, whereToGetIt } from "../../sandbox/digitalocean/contract";
import { contractFiles, watchContract } from "../../sandbox/digitalocean/contract-log";
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

  const start = (options: Partial<DaemonOptions> = {}): Promise<Daemon> =>
    startDaemon({ directory, openRoom: () => Promise.resolve(hosts), log: (line) => void log.push(line), ...options });
  const get = (url: string): Promise<Response> =>
    fetch(url, { headers: { authorization: `Bearer ${readFileSync(files().token, "utf8").trim()}` } });
  const files = () => daemonFiles(directory);

  test("says where it is once it answers, and only its owner may read the token", async () => {
    const daemon = await start();
    const token = readFileSync(files().token, "utf8").trim();
    expect(statSync(files().token).mode & 0o777).toBe(0o600);
    const { apiUrl, tlsUrl } = daemon;
    expect(readRecord(files())?.ready).toEqual({ apiUrl, tlsUrl, caFile: files().ca, ranges: hosts.ranges });
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

  test("is administered on a socket that goes with it", async () => {
    const daemon = await start({ openClock: () => new ManualClock(new Date("2026-01-01T00:00:00Z")) });
    await admin(directory, "POST", "/clock/advance", { seconds: 60 });
    await admin(directory, "PUT", "/quotas", { droplets: 300 });
    const account = await get(`${daemon.apiUrl}/v2/account`);
    expect(await account.json()).toMatchObject({ account: { droplet_limit: 300 } });
    const projects = (await (await get(`${daemon.apiUrl}/v2/projects`)).json()) as {
      projects: { created_at: string }[];
    };
    expect(projects.projects[0]?.created_at).toBe("2026-01-01T00:00:00Z");
    await daemon.close();
    await expect(admin(directory, "GET", "/clock")).rejects.toThrow(SandboxNotRunning);
  });

  test("has the limits of requests that the original has, unless it is started without", async () => {
    const burst = async (daemon: Daemon): Promise<number> => {
      const answers = [];
      for (let asked = 0; asked <= 250; asked++) answers.push((await get(`${daemon.apiUrl}/v2/account`)).status);
      await daemon.close();
      return answers.at(-1) ?? 0;
    };
    expect(await burst(await start())).toBe(429);
    expect(await burst(await start({ rateLimits: false }))).toBe(200);
  });

  test("whose clock can't be opened leaves its directory free", async () => {
    const refused = start({
      openClock: () => {
        throw new Error("it goes forward only");
      },
    });
    await expect(refused).rejects.toThrow("it goes forward only");
    await (await start()).close();
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

describe("a daemon that is watched", () => {
  let directory: string;
  const log: string[] = [];
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), "deploy4me-watched-"));
  });
  afterEach(() => {
    rmSync(directory, { recursive: true });
  });

  test("writes down which of its answers are as the description says, or why none is", async () => {
    const daemon = await startDaemon({
      directory,
      openRoom: () => Promise.resolve(new RecordedHosts()),
      watched: true,
      log: (line) => void log.push(line),
    });
    const { validated, violations } = contractFiles(daemonFiles(directory).contract);
    const headers = { authorization: `Bearer ${readFileSync(daemonFiles(directory).token, "utf8").trim()}` };
    for (const path of ["/v2/account", "/v2/account", "/v2/droplets", "/v2/droplets/7", "/v2/nowhere", "/v2/account?x"])
      await fetch(`${daemon.apiUrl}${path}`, { headers });
    await fetch(`${daemon.apiUrl}/v2/account`);
    await daemon.close();
    if (Contract.load() === undefined) {
      expect(log).toContain(whereToGetIt);
      expect(existsSync(validated)).toBe(false);
      return;
    }
    expect(readFileSync(validated, "utf8").trimEnd().split("\n")).toEqual([
      "GET /v2/account 200",
      "GET /v2/droplets 200",
      "GET /v2/droplets/:droplet 404",
      "GET /v2/account 401",
    ]);
    expect(existsSync(violations)).toBe(false);
  });

  test("writes down what is not", async () => {
    const contract = Contract.load();
    if (contract === undefined) {
      console.warn(whereToGetIt);
      return;
    }
    const app = Fastify();
    watchContract(app, directory, (line) => void log.push(line));
    app.get("/v2/regions", () => ({ regions: "many" }));
    const answer = await fetch(`${await app.listen({ host: "127.0.0.1", port: 0 })}/v2/regions`);
    expect(await answer.json()).toEqual({ regions: "many" });
    await app.close();
    const found = readFileSync(contractFiles(directory).violations, "utf8");
    expect(found).toContain("GET /v2/regions → 200: /regions must be array");
    expect(found).toContain("the header ratelimit-limit is missing");
    expect(existsSync(contractFiles(directory).validated)).toBe(false);
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
