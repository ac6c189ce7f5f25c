import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { Command } from "commander";
import type { FastifyInstance } from "fastify";

import { registerSandboxFault } from "../../cli/sandbox-fault";
import { buildAdmin, listenAdmin } from "../../sandbox/admin/server";
import { daemonFiles } from "../../sandbox/daemon-files";
import { faultRoutes, Faults } from "../../sandbox/faults";
import { kinds } from "../../sandbox/faults/kinds";

/** The command, talking to faults over a sandbox's admin socket. */
describe("deploy4me sandbox fault", () => {
  let directory: string;
  let app: FastifyInstance;
  let faults: Faults;
  const before = process.env.DEPLOY4ME_HOME;

  beforeEach(async () => {
    directory = mkdtempSync(join(tmpdir(), "deploy4me-fault-"));
    process.env.DEPLOY4ME_HOME = directory;
    mkdirSync(join(directory, "sandbox"));
    faults = new Faults();
    app = buildAdmin(() => undefined);
    faultRoutes(app, faults);
    await listenAdmin(app, daemonFiles(join(directory, "sandbox")).admin);
  });

  afterEach(async () => {
    await app.close();
    rmSync(directory, { recursive: true });
    if (before === undefined) delete process.env.DEPLOY4ME_HOME;
    else process.env.DEPLOY4ME_HOME = before;
  });

  /** @returns what it printed */
  const fault = async (...args: string[]): Promise<string> => {
    const program = new Command("deploy4me").exitOverride();
    registerSandboxFault(program);
    const printed: string[] = [];
    const spy = jest.spyOn(process.stdout, "write").mockImplementation((text) => printed.push(String(text)) > 0);
    try {
      await program.parseAsync(["node", "deploy4me", "fault", ...args]);
    } finally {
      spy.mockRestore();
    }
    return printed.join("").trimEnd();
  };

  test.each(kinds.map(({ name, example }) => [name, example]))(
    "the example of %s is right: %s",
    async (name, example) => {
      expect(await fault("add", ...words(example))).toMatch(new RegExp(`^${name}-1: `));
      expect(faults.list()).toMatchObject([{ kind: name }]);
    },
  );

  test("add gives the fault what was said, in its types", async () => {
    expect(await fault("add", ...words("challenge --status 503 --route 'GET /v2/droplets/*' --count 2 --skip 3"))).toBe(
      "challenge-1: GET /v2/droplets/*, 2 times after 3",
    );
    expect(faults.get("challenge-1")).toMatchObject({ status: 503, route: "GET /v2/droplets/*", count: 2, skip: 3 });
    await fault("add", "field-renamed", "--path", "$.droplet.id", "--to", "uuid");
    expect(faults.get("field-renamed-2")).toMatchObject({ path: "$.droplet.id", to: "uuid" });
    await fault("add", "never-boots", "--droplet", "1001", "--count", "unlimited");
    expect(faults.get("never-boots-3")).toMatchObject({ droplet: "1001", count: "unlimited" });
    await fault("add", "reset", "--applied", "--probability", "0.25", "--seed", "7");
    expect(faults.get("reset-4")).toMatchObject({ applied: true, probability: 0.25, seed: 7 });
  });

  test("a token comes from a file, and is nowhere to be seen", async () => {
    const file = join(directory, "token");
    writeFileSync(file, "dop_v1_secret\n", { mode: 0o600 });
    const printed = await fault("add", "reset", "--token-file", file, "--json");
    expect(JSON.parse(printed)).toMatchObject({ token: expect.stringMatching(/^sha256:/) as string });
    expect(printed + (await fault("list"))).not.toContain("dop_v1_secret");
  });

  test("what is wrong is refused in the fault's own words", async () => {
    await expect(fault("add", "challenge", "--status", "404")).rejects.toThrow(
      "challenge: status has to be 403, 503 or 200.",
    );
    await expect(fault("add", "slow", "--delay", "long")).rejects.toThrow("slow: delay has to be seconds, more than 0");
    expect(faults.isEmpty).toBe(true);
  });

  test("list shows each with how often it matched and struck", async () => {
    expect(await fault("list")).toBe("there are no faults");
    await fault("add", "challenge", "--route", "GET /v2/droplets/*", "--count", "1");
    await fault("add", "disk-full", "--droplet", "web-*");
    [...faults.strikes("request", () => true)].pop();
    [...faults.strikes("request", () => true)].pop();
    expect((await fault("list")).split("\n")).toEqual([
      "challenge-1  GET /v2/droplets/*  status=403  once  2 matched  1 struck, spent",
      "disk-full-2  droplets web-*                  once  0 matched  0 struck",
    ]);
    expect(JSON.parse(await fault("list", "--json"))).toEqual(faults.list());
    expect(JSON.parse(await fault("show", "challenge-1"))).toEqual(faults.get("challenge-1"));
  });

  test("clear takes one away, or all", async () => {
    await fault("add", "reset");
    await fault("add", "empty");
    await fault("add", "slow");
    expect(await fault("clear", "reset-1")).toBe("reset-1 is cleared");
    await expect(fault("clear", "reset-1")).rejects.toThrow("there is no fault reset-1");
    expect(await fault("clear", "--all")).toBe("cleared: 2");
    expect(await fault("clear", "--all")).toBe("there are no faults");
  });

  test("kinds has a line and an example for each", async () => {
    const lines = (await fault("kinds")).split("\n");
    expect(lines).toHaveLength(kinds.length * 2);
    for (const { name, about, example } of kinds) {
      expect(lines).toContain(`${name.padEnd(16)}${about}`);
      expect(lines).toContain(`${" ".repeat(16)}fault add ${example}`);
    }
  });
});

/** As a shell would take them apart. */
function words(line: string): string[] {
  return [...line.matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain ?? "");
}
