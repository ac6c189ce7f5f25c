import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

import { canonical, hasUnknown, same, serializedProvider, unknownValue } from "../../../components/dynamic/provider";

describe("a provider as the state holds it", () => {
  const root = dirname(require.resolve("deploy4me/package.json"));
  const elsewhere = mkdtempSync(join(tmpdir(), "deploy4me-program-"));
  afterAll(() => {
    rmSync(elsewhere, { recursive: true });
  });

  /** Does what the engine's provider process does with the text: compiles it without a file, in the program's folder. */
  function methodsIn(folder: string, ...modules: string[]): Record<string, string[]> {
    const script = `
      const { Module } = require("node:module");
      const methods = process.argv.slice(1).map((text) => {
        const loaded = new Module("", module.parent);
        loaded._compile(text, "");
        return Object.keys(loaded.exports.handler());
      });
      console.log(JSON.stringify(methods));`;
    const out = execFileSync(process.execPath, ["-e", script, ...modules.map(serializedProvider)], {
      cwd: folder,
      encoding: "utf8",
      timeout: 30_000,
    });
    const methods = JSON.parse(out) as string[][];
    return Object.fromEntries(modules.map((name, index) => [name, methods[index]?.sort() ?? []]));
  }

  const methods = ["check", "create", "delete", "diff", "read", "update"];
  const optional = ["configure"];
  const modules = readdirSync(join(root, "components", "dynamic"))
    .filter((file) => file.endsWith("-provider.ts"))
    .map((file) => file.slice(0, -".ts".length));

  describe("each from this package's own program", () => {
    const found = methodsIn(join(root, "dist", "programs"), ...modules);
    test.each(modules)("%s is found", (module) => {
      expect(found[module]?.filter((name) => !optional.includes(name))).toEqual(methods);
    });
  });

  test("is found from another's program, which has this package among its dependencies", () => {
    mkdirSync(join(elsewhere, "node_modules"));
    symlinkSync(root, join(elsewhere, "node_modules", "deploy4me"));
    mkdirSync(join(elsewhere, "deep", "er"), { recursive: true });
    expect(methodsIn(join(elsewhere, "deep", "er"), "password-provider")).toEqual({ "password-provider": methods });
  });

  test("is the same text whatever the module does: a release changes no state", () => {
    expect(serializedProvider("password-provider")).toBe(
      'exports.handler = () => require("node:module").createRequire(process.cwd() + "/")("deploy4me/components/dynamic/password-provider").provider;\n',
    );
  });
});

describe("values", () => {
  test("are the same whatever the order of their keys, and with undefined ones left out", () => {
    expect(same({ a: 1, b: { c: [1, 2], d: undefined } }, { b: { c: [1, 2] }, a: 1 })).toBe(true);
    expect(canonical({ b: 1, a: [{ d: 1, c: 2 }] })).toBe('{"a":[{"c":2,"d":1}],"b":1}');
  });

  test.each([
    [{ a: [1, 2] }, { a: [2, 1] }],
    [{ a: 1 }, { a: "1" }],
    [{ a: null }, {}],
    [{ a: {} }, { a: [] }],
  ])("%j is not %j", (one, other) => {
    expect(same(one, other)).toBe(false);
  });

  test.each([
    [{ a: [{ b: unknownValue }] }, true],
    [unknownValue, true],
    [{ a: [{ b: "known" }], c: null }, false],
  ])("not known yet anywhere in %j: %p", (value, unknown) => {
    expect(hasUnknown(value)).toBe(unknown);
  });
});
