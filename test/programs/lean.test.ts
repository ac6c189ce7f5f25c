import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const lean = join(__dirname, "..", "..", "programs", "lean.js");

/** What a program prints as JSON, run in a process of its own: a test's own modules are not Node's. */
function printed(program: string, { first = `require(${JSON.stringify(lean)});`, env = {} } = {}): unknown {
  const script = `${first} const print = (value) => process.stdout.write(JSON.stringify(value) ?? "nothing"); ${program}`;
  const output = execFileSync(process.execPath, ["--eval", script], {
    cwd: __dirname,
    env: { ...process.env, ...env },
    encoding: "utf8",
    timeout: 60_000,
    stdio: ["ignore", "pipe", "pipe"],
  });
  return JSON.parse(output) as unknown;
}

const unused = ["typescript", "@npmcli/arborist", "@pulumi/pulumi/automation", "ssh2", "@peculiar/x509"];
const loaded = `${JSON.stringify(unused)}.filter((name) =>
  Object.keys(require.cache).some((file) => file.includes("/" + name + "/") && require.cache[file].filename))`;

/** The same program with and without it. */
function both(program: string): [unknown, unknown] {
  return [printed(program), printed(program, { first: "" })];
}

describe("a lean run", () => {
  test("loads nothing of the SDK that our program has no use for", () => {
    const load = `require("@pulumi/pulumi"); require("deploy4me/components/digitalocean/deployment"); print(${loaded});`;
    const [deferred, usual] = both(load);
    expect(deferred).toEqual([]);
    expect(usual).toEqual(expect.arrayContaining(["typescript", "@npmcli/arborist", "@pulumi/pulumi/automation"]));
  });

  test("loads nothing for dynamic providers that only a change needs", () => {
    const modules = ["authority", "keys", "password", "presence", "ruleset", "software"];
    const load = modules.map((name) => `require("deploy4me/components/dynamic/${name}-provider");`).join("");
    expect(printed(`${load} print(${loaded});`)).toEqual([]);
  });

  test("turns functions into the same text", () => {
    const [deferred, usual] = both(`
      const pulumi = require("@pulumi/pulumi");
      const path = require("node:path"), factor = 7;
      const work = (n) => path.join("a", String(n * factor));
      pulumi.runtime.serializeFunction(work).then(print);`);
    expect(deferred).toEqual(usual);
    expect(deferred).toMatchObject({ text: expect.stringContaining("factor: 7") as string });
  });

  test("gives the SDK's dynamic resources their provider's code", () => {
    const [deferred, usual] = both(`
      const pulumi = require("@pulumi/pulumi");
      const seen = [];
      pulumi.runtime.setMocks({ call: () => ({}), newResource: ({ inputs }) => (seen.push(inputs.__provider), { id: "1", state: {} }) });
      class Own extends pulumi.dynamic.Resource {}
      const made = new Own({ create: async () => ({ id: "own", outs: {} }) }, "one", {});
      made.urn.apply(() => print(seen));`);
    expect(deferred).toEqual(usual);
    expect(deferred).toEqual([expect.stringContaining("own")]);
  });

  test("finds the same packages for functions", () => {
    const [deferred, usual] = both(`
      require("@pulumi/pulumi").runtime.computeCodePaths().then((paths) => print([...paths.keys()].sort()));`);
    expect(deferred).toEqual(usual);
    expect(deferred).toContainEqual(expect.stringContaining("node_modules"));
  });

  test("has the whole Automation API", () => {
    const [deferred, usual] = both(`
      const { automation } = require("@pulumi/pulumi");
      const { LocalWorkspace, fullyQualifiedStackName } = automation;
      const again = require("@pulumi/pulumi/automation");
      print({
        names: Object.keys(automation).sort(),
        has: ["LocalWorkspace" in automation, "Nothing" in automation],
        stack: fullyQualifiedStackName("org", "project", "stack"),
        same: again.LocalWorkspace === LocalWorkspace,
        error: new automation.StackNotFoundError({ toString: () => "gone" }) instanceof again.CommandError,
      });`);
    expect(deferred).toEqual(usual);
    expect(deferred).toMatchObject({ same: true, has: [true, false], error: true, stack: "org/project/stack" });
  });

  test("still says in words what is wrong with a value", () => {
    const [deferred, usual] = both(`
      const { z } = require("zod");
      print([z.string().safeParse(7).error.message, z.locales.de().localeError({ code: "invalid_type", expected: "string" })]);`);
    expect(deferred).toEqual(usual);
    expect(deferred).toEqual([expect.stringContaining("expected string"), expect.stringContaining("Ungültig")]);
  });

  test("still has an SSH client and certificates", () => {
    const [deferred, usual] = both(`
      const { Client, utils } = require("ssh2");
      require("reflect-metadata");
      const { X509CertificateGenerator } = require("@peculiar/x509");
      print([typeof new Client().connect, utils.generateKeyPairSync("ed25519").public.slice(0, 11), typeof X509CertificateGenerator.create]);`);
    expect(deferred).toEqual(usual);
    expect(deferred).toEqual(["function", "ssh-ed25519", "function"]);
  });
});

describe("the SDK's promises", () => {
  // As the SDK's runner does: it has loaded this before any program.
  const runner = `const debuggable = require("@pulumi/pulumi/runtime/debuggable"); require(${JSON.stringify(lean)});`;
  const frames = `const promise = Promise.resolve(7);
    const result = debuggable.debuggablePromise(promise, "seven");
    const frames = promise._debugStackTrace.split("\\n").length - 1;`;

  test("carry no stack traces that nobody will see", () => {
    expect(printed(`${frames} result.then((value) => print([value, frames]));`, { first: runner })).toEqual([7, 0]);
  });

  test("carry them when they are asked for", () => {
    const env = { PULUMI_DEBUG_PROMISE_LEAKS: "true" };
    expect(printed(`${frames} print(frames > 0);`, { first: runner, env })).toBe(true);
  });

  test("leave errors their stack traces", () => {
    const program = `debuggable.debuggablePromise(Promise.reject(new Error("no")), "no").catch(({ stack }) =>
      print([stack.includes("at "), new Error("later").stack.includes("at ")]));`;
    expect(printed(program, { first: runner })).toEqual([true, true]);
  });
});

describe("a module", () => {
  const deferring = `const { defer } = require(${JSON.stringify(lean)});`;
  let directory: string;

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), "deploy4me-lean-"));
  });

  afterEach(() => {
    rmSync(directory, { recursive: true, force: true });
  });

  function moduleOf(text: string): string {
    const file = join(directory, "module", "index.js");
    mkdirSync(join(directory, "module"));
    writeFileSync(file, text);
    return JSON.stringify(file);
  }

  test("is not deferred where there is none", () => {
    expect(printed(`${deferring} print(defer("@pulumi/pulumi/no-such-module"));`)).toBe(false);
  });

  test("is not deferred when it is loaded already", () => {
    const id = moduleOf("exports.one = 1;");
    expect(printed(`${deferring} require(${id}); print([defer(${id}), require(${id})]);`)).toEqual([false, { one: 1 }]);
  });

  test("is loaded once, by the first use of anything in it", () => {
    const id = moduleOf("globalThis.loads = (globalThis.loads ?? 0) + 1; exports.one = 1; exports.two = 2;");
    const program = `${deferring} defer(${id}); const early = require(${id}); const before = globalThis.loads ?? 0;
      print([before, early.one, early.two, require(${id}).one, globalThis.loads]);`;
    expect(printed(program)).toEqual([0, 1, 2, 1, 1]);
  });

  test("gives functions away without being loaded, and keeps what they are called on", () => {
    const id = moduleOf("globalThis.loads = 1; exports.own = function (n) { return this.base + n; };");
    const program = `${deferring} defer(${id}, { functions: ["own"] }); const { own } = require(${id});
      print([globalThis.loads ?? 0, { base: 40, own }.own(2), globalThis.loads]);`;
    expect(printed(program)).toEqual([0, 42, 1]);
  });

  test("that is broken says so when it is used", () => {
    const id = moduleOf('throw new Error("broken as ever");');
    const program = `${deferring} defer(${id}); const early = require(${id});
      try { early.one; } catch (error) { print(error.message); }`;
    expect(printed(program)).toBe("broken as ever");
  });
});
