import { spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";

import { home } from "../../cli/home";
import { PulumiNotStarted, tryPulumi } from "../../cli/pulumi";

describe("pulumi", () => {
  let directory: string;
  const access = () => ({
    apiUrl: "http://127.0.0.1:9",
    tokenFile: join(directory, "token"),
    deployer: "203.0.113.2/32",
  });
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), "deploy4me-pulumi-"));
    writeFileSync(join(directory, "token"), "dop_v1_secret\n", { mode: 0o600 });
  });
  afterEach(() => {
    rmSync(directory, { recursive: true });
  });

  test("that can't be started is an error at once", async () => {
    const run = tryPulumi(home({ DEPLOY4ME_HOME: directory }), access(), ["version"], { environment: { PATH: "" } });
    await expect(run).rejects.toThrow(PulumiNotStarted);
    await expect(run).rejects.toMatchObject({
      code: "PULUMI_NOT_STARTED",
      message: "pulumi can't be started: spawn pulumi ENOENT. Run: make setup",
    });
  });

  test("that can't be started holds no process until its time is over", () => {
    const script = `
      const { home } = require(${JSON.stringify(require.resolve("../../cli/home"))});
      const { tryPulumi } = require(${JSON.stringify(require.resolve("../../cli/pulumi"))});
      const options = { environment: { PATH: "" }, timeoutMs: 600_000 };
      tryPulumi(home(), ${JSON.stringify(access())}, ["version"], options).catch(({ code }) => console.log(code));`;
    const { status, stdout, signal } = spawnSync(process.execPath, ["-e", script], {
      env: { ...process.env, DEPLOY4ME_HOME: directory },
      encoding: "utf8",
      timeout: 20_000,
    });
    expect({ status, stdout, signal }).toEqual({ status: 0, stdout: "PULUMI_NOT_STARTED\n", signal: null });
  });

  test("that takes longer than it may is interrupted", async () => {
    const bin = join(directory, "bin");
    mkdirSync(bin);
    writeFileSync(
      join(bin, "pulumi"),
      "#!/bin/sh\ntrap 'echo saved; exit 3' INT\necho begun\nwhile :; do sleep 0.1; done\n",
    );
    chmodSync(join(bin, "pulumi"), 0o755);
    const run = tryPulumi(home({ DEPLOY4ME_HOME: directory }), access(), ["up"], {
      environment: { PATH: [bin, process.env.PATH].join(delimiter) },
      timeoutMs: 1000,
    });
    expect(await run).toEqual({ code: 3, stdout: "begun\nsaved\n", stderr: "" });
  });
});
