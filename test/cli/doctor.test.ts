import { spawn } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { engine, node, sandbox } from "../../cli/diagnosis/machine";
import { report } from "../../cli/doctor";
import { connectionsDirectory, home } from "../../cli/home";
import { Journal } from "../../guard/intents/journal";
import { FileLeases } from "../../guard/leases";
import { localTenant } from "../../oauth/connection";
import { openEmbeddedVault } from "../../oauth/vault/embedded";
import { daemonFiles, writeRecord } from "../../sandbox/daemon-files";
import { FaultyApi, token } from "../sandbox/faults/faulty-api";

interface Findings {
  readonly findings: readonly {
    readonly area: string;
    readonly subject: string;
    readonly state: string;
    readonly sentence: string;
    readonly details?: Readonly<Record<string, unknown>>;
  }[];
}

/** The command as one types it, over the sandbox's API, which a fault makes another version of. */
describe("deploy4me doctor", () => {
  let directory: string;
  let api: FaultyApi;

  beforeEach(async () => {
    directory = mkdtempSync(join(tmpdir(), "deploy4me-doctor-"));
    api = await FaultyApi.open();
  });
  afterEach(async () => {
    await api.close();
    rmSync(directory, { recursive: true, force: true });
  });

  const where = () => home({ DEPLOY4ME_HOME: directory });

  const deploy4me = (...args: string[]): Promise<{ code: number | null; output: string; errors: string }> =>
    new Promise((resolve, reject) => {
      const child = spawn(join(where().root, "deploy4me"), args, {
        env: { ...process.env, DEPLOY4ME_HOME: directory },
        stdio: ["ignore", "pipe", "pipe"],
      });
      let [output, errors] = ["", ""];
      child.stdout.on("data", (data: Buffer) => (output += data.toString()));
      child.stderr.on("data", (data: Buffer) => (errors += data.toString()));
      child.on("error", reject);
      child.on("close", (code) => {
        resolve({ code, output, errors });
      });
    });

  const doctor = async (): Promise<{
    code: number | null;
    of: (area: string) => Findings["findings"];
    output: string;
  }> => {
    const { code, output } = await deploy4me("doctor", "--json");
    const { findings } = JSON.parse(output) as Findings;
    return { code, output, of: (area) => findings.filter((one) => one.area === area) };
  };

  const connect = async (name: string, value = token): Promise<void> => {
    mkdirSync(connectionsDirectory(where()), { recursive: true, mode: 0o700 });
    const vault = await openEmbeddedVault(connectionsDirectory(where()));
    const credentials = { kind: "digitalocean-token", apiUrl: api.origin, token: value } as const;
    await vault.add({ tenant: localTenant, name, credentials });
    await vault.close();
  };

  const through = (path: string) => {
    const script = `fetch(process.env.DIGITALOCEAN_API_URL + ${JSON.stringify(path)}, { headers: { authorization: "Bearer " + process.env.DIGITALOCEAN_TOKEN } }).then(({ status }) => console.log(status))`;
    return deploy4me("exec", "--stack", "office", "--", "node", "-e", script);
  };

  test("finds nothing to do where nothing is set up but what the checkout brings", async () => {
    const { of } = await doctor();
    expect(of("machine")).toMatchObject([{ subject: "Node.js", state: "ok" }]);
    expect(of("sandbox")).toMatchObject([{ state: "ok", details: { running: false } }]);
    expect(of("connections")).toMatchObject([{ state: "note" }]);
    expect(of("connections")[0]?.sentence).toContain("deploy4me connect");
    expect(of("limits")).toEqual([]);
    expect(of("api")).toMatchObject([{ state: "ok" }]);
    expect(of("writes").filter(({ state }) => state !== "ok")).toEqual([]);
    // A look leaves nothing behind.
    expect(existsSync(connectionsDirectory(where()))).toBe(false);
  });

  test("asks each connection's provider, and says what to do about one that does not work", async () => {
    await connect("main");
    await connect("old", "dop_v1_that_was_revoked");
    const { code, of, output } = await doctor();
    expect(code).toBe(1);
    expect(of("connections")).toMatchObject([
      { subject: "main", state: "ok", details: { verdict: { kind: "works" } } },
      { subject: "old", state: "attention", details: { verdict: { kind: "revoked" } } },
    ]);
    expect(output).not.toContain(token);
    expect(output).not.toContain("dop_v1_that_was_revoked");
  });

  test("shows what has changed in the API, as the guard saw it, and how many requests are left", async () => {
    await connect("main");
    expect((await through("/v2/account")).output).toBe("200\n");
    expect((await doctor()).of("api")).toMatchObject([{ state: "ok" }]);
    const id = await api.droplet("wiki");
    api.add({ kind: "type-changed", path: "$.droplet.id", to: "object", route: "GET /v2/droplets/*" });
    api.add({ kind: "field-dropped", path: "$.droplet.created_at", route: "GET /v2/droplets/*" });
    expect((await through(`/v2/droplets/${id}`)).output).toBe("424\n");

    const { code, of } = await doctor();
    expect(code).toBe(1);
    const api_ = of("api").map(({ state, subject, details }) => ({
      state,
      subject,
      field: details?.field,
      count: details?.count,
    }));
    const subject = "GET /v2/droplets/{droplet_id}";
    expect(api_).toContainEqual({ state: "attention", subject, field: "droplet.id", count: 1 });
    expect(api_).toContainEqual({ state: "note", subject, field: "droplet.created_at", count: 1 });
    expect(of("limits")).toMatchObject([{ state: "ok", details: { hour: { cap: 4800, ours: 2 } } }]);

    const text = await deploy4me("doctor");
    expect(text.code).toBe(1);
    expect(text.output).toMatch(
      /^ {2}! {5}GET \/v2\/droplets\/\{droplet_id\} +«droplet.id» should be an integer and is an object, once/m,
    );
    expect(text.output).toContain("Update deploy4me");
    expect(text.output).toMatch(/One thing needs a person: see the lines with «!»\.\n$/);
  });

  test("shows writes of which nobody knows the end, but not those of an operation that is under way", async () => {
    mkdirSync(connectionsDirectory(where()), { recursive: true, mode: 0o700 });
    const file = join(connectionsDirectory(where()), "guard.db");
    const leases = FileLeases.open(file);
    const journal = Journal.open({ file, now: () => Date.now() });
    const intent = {
      account: "account",
      method: "POST",
      path: "/v2/droplets",
      key: "key",
      marks: {},
      identity: "wiki",
      before: [],
    };
    const { epoch } = leases.take("shop", { holder: "pulumi" });
    journal.sent(journal.write({ ...intent, stack: "shop", epoch }));
    expect((await doctor()).of("writes")).toMatchObject([
      { subject: "shop", state: "note", sentence: expect.stringContaining("«pulumi»") as string },
      { subject: "journal", state: "ok" },
    ]);

    const lost = journal.write({ ...intent, stack: "office", epoch: 3 });
    journal.sent(lost);
    journal.ambiguous(lost, "CONNECTION_LOST");
    const made = journal.write({ ...intent, stack: "office", epoch: 3, key: "other" });
    journal.sent(made);
    journal.made(made, "/v2/droplets/17");
    const { code, of } = await doctor();
    journal.close();
    leases.close();
    expect(code).toBe(1);
    const [first, second] = of("writes").filter(({ state }) => state === "attention");
    expect(first?.sentence).toMatch(
      /^Nobody knows whether POST \/v2\/droplets \(«wiki»\) of .* was carried out \(CONNECTION_LOST\)\. Run/,
    );
    expect(second?.sentence).toMatch(/made \/v2\/droplets\/17, and the client was never told\. Run/);
  });

  test("says what can't be looked at, and looks at the rest", async () => {
    mkdirSync(connectionsDirectory(where()), { recursive: true, mode: 0o700 });
    for (const name of ["guard.db", "vault.db"])
      writeFileSync(
        join(connectionsDirectory(where()), name),
        "this is no database, and long enough to be told ".repeat(30),
      );
    const { code, of } = await doctor();
    expect(code).toBe(1);
    for (const area of ["connections", "limits", "api", "writes"])
      expect(of(area)).toMatchObject([{ state: "attention" }]);
    expect(of("machine")).toMatchObject([{ state: "ok" }]);
  });

  test("knows a sandbox that did not end in order, a Node that is too old, and an engine that is not there", async () => {
    mkdirSync(where().sandbox, { recursive: true });
    writeRecord(daemonFiles(where().sandbox), { pid: 2 ** 22 + 1, started: "1" });
    expect(sandbox(where())).toMatchObject([
      { state: "attention", sentence: expect.stringContaining("sandbox stop") as string },
    ]);
    expect(node(where(), "20.1.0")).toMatchObject([
      { state: "attention", sentence: expect.stringContaining("make setup") as string },
    ]);
    expect(await engine({ ...where(), bin: directory })).toMatchObject([
      { state: "attention", sentence: expect.stringContaining("make setup") as string },
    ]);
    writeFileSync(
      join(directory, "engine.json"),
      JSON.stringify({ items: [{ name: "pulumi", version: "1.0.0", source: "build" }] }),
    );
    writeFileSync(join(directory, "pulumi"), "#!/bin/sh\nexit 3\n", { mode: 0o755 });
    expect(await engine({ ...where(), bin: directory })).toMatchObject([
      { state: "attention", sentence: expect.stringContaining("is needed") as string },
      { state: "attention", sentence: expect.stringContaining("does not start") as string },
    ]);
  });

  test("shows nothing that moves a terminal's cursor", () => {
    const text = report([{ area: "api", subject: "GET\u001b[2J", state: "note", sentence: "line\nline\r\u009b" }]);
    expect(text).not.toMatch(/[\u001b\u009b\r]|line\nline/);
  });
});
