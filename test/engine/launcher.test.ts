import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";

const root = join(require.resolve("deploy4me/package.json"), "..");

/** A checkout with nothing in it but the launcher of dynamic providers and a way to the SDK. */
describe("the launcher of dynamic providers", () => {
  let checkout: string;
  let mark: string;

  beforeEach(() => {
    checkout = mkdtempSync(join(tmpdir(), "deploy4me-launcher-"));
    mark = join(checkout, "mark");
    symlinkSync(join(root, "node_modules"), join(checkout, "node_modules"));
    const place = `import { placeLauncher } from "./place.mjs"; placeLauncher(process.argv[1], { source: "build" });`;
    execFileSync(process.execPath, ["--input-type=module", "--eval", place, checkout], {
      cwd: join(root, "engine", "install"),
      timeout: 10_000,
    });
  });

  afterEach(() => {
    rmSync(checkout, { recursive: true, force: true });
  });

  /** The port that the provider tells the engine. */
  async function port(): Promise<number> {
    const launcher = join(checkout, ".deploy4me", "bin", "pulumi-resource-pulumi-nodejs");
    const provider = spawn(launcher, ["127.0.0.1:1"], { cwd: checkout, timeout: 30_000 });
    try {
      const [line] = (await once(createInterface({ input: provider.stdout }), "line")) as [string];
      return Number(line);
    } finally {
      provider.kill("SIGKILL");
    }
  }

  test("starts them before anything of ours is compiled", async () => {
    expect(await port()).toBeGreaterThan(0);
  });

  test("starts them lean", async () => {
    mkdirSync(join(checkout, "dist", "programs"), { recursive: true });
    writeFileSync(
      join(checkout, "dist", "programs", "lean.js"),
      `require("node:fs").writeFileSync(${JSON.stringify(mark)}, String(Object.keys(require.cache).length));`,
    );
    expect(await port()).toBeGreaterThan(0);
    expect(existsSync(mark)).toBe(true);
    // Before it, nothing is loaded that it could defer.
    expect(readFileSync(mark, "utf8")).toBe("1");
  });
});
