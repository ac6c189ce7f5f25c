import { execFile } from "node:child_process";
import { rmSync, statSync, symlinkSync, unlinkSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";

import { Checkout, Vendor, versions } from "./checkout";

/** An address on which nobody answers. */
const closedNetwork = "http://127.0.0.1:9";

let checkout: Checkout;
let vendor: Vendor;

beforeEach(async () => {
  checkout = new Checkout();
  vendor = await Vendor.start();
});

afterEach(async () => {
  checkout.remove();
  await vendor.stop();
});

describe("with the official Pulumi installed", () => {
  beforeEach(() =>
    checkout.withGo().withCli("3.300.1").withPlugin("command").withPlugin("digitalocean").withPlugin("aws"),
  );

  test("it is used: nothing is built, nothing is downloaded", async () => {
    await vendor.publishAll();
    expect(await checkout.install(vendor.url)).toMatchObject({ exitCode: 0 });
    expect(checkout.sources).toEqual({
      pulumi: "official",
      command: "official",
      digitalocean: "official",
      aws: "official",
    });
    expect(checkout.builds).toEqual([]);
    expect(vendor.requests).toEqual([]);
  });

  test("the CLI and its language host are linked, and the plugins lie in folders of their own", async () => {
    await checkout.install(closedNetwork);
    expect(checkout.linkOf(checkout.at("bin/pulumi"))).toBe(join(checkout.folder, "cli-3.300.1", "pulumi"));
    expect(checkout.linkOf(checkout.at("bin/pulumi-language-nodejs"))).toContain("cli-3.300.1");
    expect(checkout.linkOf(checkout.plugin("command"))).toContain("home/.pulumi/plugins");
    // The engine does not look into linked folders.
    expect(statSync(join(checkout.plugin("command"), "..")).isDirectory()).toBe(true);
  });

  test("when it is removed, the next run brings another", async () => {
    await checkout.install(closedNetwork);
    rmSync(join(checkout.folder, "cli-3.300.1"), { recursive: true });
    await checkout.install(closedNetwork);
    expect(checkout.sources).toMatchObject({ pulumi: "build", command: "official" });
  });
});

describe("what is not taken for the official Pulumi", () => {
  beforeEach(() => checkout.withGo());

  test.each([
    ["an older CLI, which would ignore what it does not know", { version: "3.258.9" }],
    ["a CLI of another line", { version: "4.0.0" }],
    ["a CLI without its language host", { version: "3.300.1", languageHost: false }],
    ["the CLI of another checkout of ours", { version: "3.300.1", broughtByUs: true }],
  ])("%s", async (_, { version, ...rest }) => {
    checkout.withCli(version, rest);
    await checkout.install(closedNetwork);
    expect(checkout.sources.pulumi).toBe("build");
  });

  test("a plugin of another version, and a stand-in of another checkout", async () => {
    checkout.withPlugin("command", { version: "4.5.0" }).withPlugin("digitalocean", { standIn: true });
    await checkout.install(closedNetwork);
    expect(checkout.sources).toMatchObject({ command: "build", digitalocean: "build" });
  });
});

describe("with the vendor's download reachable", () => {
  beforeEach(() => checkout.withGo());

  test("it is used, and nothing is built", async () => {
    await vendor.publishAll();
    await checkout.install(vendor.url);
    expect(checkout.sources).toEqual({
      pulumi: "download",
      command: "download",
      digitalocean: "download",
      aws: "download",
    });
    expect(checkout.builds).toEqual([]);
    for (const path of [
      checkout.at("bin/pulumi"),
      checkout.at("bin/pulumi-language-nodejs"),
      checkout.plugin("command"),
    ]) {
      expect(checkout.read(path)).toBe("downloaded");
    }
  });

  test("an archive with another checksum is refused, and that one is built", async () => {
    await vendor.publishAll({ "pulumi-resource-command": "a".repeat(64) });
    const { printed } = await checkout.install(vendor.url);
    expect(printed).toMatch(/the sha256 checksum of \S+ is [0-9a-f]{64}, but a{64} is published/);
    expect(checkout.sources).toMatchObject({ pulumi: "download", command: "build", digitalocean: "download" });
    expect(checkout.read(checkout.plugin("command"))).toBe("built");
  });

  test("an archive without a checksum is refused", async () => {
    await vendor.publishAll({ "pulumi-v": "no checksum" });
    const { printed } = await checkout.install(vendor.url);
    expect(printed).toContain("no checksum of pulumi-v3.259.0-linux");
    expect(checkout.sources.pulumi).toBe("build");
  });

  test("an archive that is not there is built", async () => {
    await checkout.install(vendor.url);
    expect(checkout.sources).toEqual({ pulumi: "build", command: "build", digitalocean: "build", aws: "build" });
  });
});

describe("on a closed network", () => {
  test("everything is built, each with its own version inside", async () => {
    const { printed } = await checkout.withGo().install(closedNetwork);
    expect(printed.match(/downloads cannot be reached/g)).toHaveLength(1);
    expect(checkout.builds).toEqual([
      "pulumi",
      "pulumi-language-nodejs",
      "pulumi-nodejs-generator",
      "pulumi-resource-command",
      "pulumi-resource-digitalocean",
    ]);
    expect(checkout.buildCalls).toContain(`common/version.Version=v${versions.pulumi} `);
    expect(checkout.buildCalls).toContain(`serve.Version=${versions.digitalocean} `);
    expect(printed).toContain("compiled 1 of at most 2 packages");
  });

  test("a plugin whose stand-in is a program of the checkout gets a launcher, which says what is missing before it is compiled", async () => {
    await checkout.withGo().install(closedNetwork);
    const launched = () => promisify(execFile)(checkout.plugin("aws"), ["127.0.0.1:1"], { timeout: 10_000 });
    await expect(launched()).rejects.toMatchObject({
      code: 1,
      stderr: expect.stringContaining("run 'make setup' first") as string,
    });
    checkout.write("dist/engine/aws/main.js", "console.log(process.env.DEPLOY4ME_PLUGIN_VERSION, process.argv[2]);");
    checkout.write("node_modules/.bin/node", "");
    rmSync(join(checkout.folder, "node_modules/.bin/node"));
    symlinkSync(process.execPath, join(checkout.folder, "node_modules/.bin/node"));
    await expect(launched()).resolves.toMatchObject({ stdout: `${versions.aws} 127.0.0.1:1\n` });
  });

  test("without Go, one sentence says what to do", async () => {
    const { exitCode, printed } = await checkout.install(closedNetwork);
    expect(exitCode).toBe(1);
    expect(printed).toMatch(/deploy4me: Go is missing, .*: install Go 1\.26 or later, or Pulumi itself\.\n$/);
  });

  test("a build that fails is an error with its end, and leaves nothing half-made", async () => {
    const { exitCode, printed } = await checkout.withBrokenGo().install(closedNetwork);
    expect(exitCode).toBe(1);
    expect(printed).toContain("go build ended with exit code 1: main.go:1: syntax error");
    expect(() => statSync(checkout.at("bin/pulumi"))).toThrow();
  });

  test("a stand-in says that it is one", async () => {
    await checkout.withGo().install(closedNetwork);
    expect(checkout.read(join(checkout.plugin("command"), "..", "stand-in.json"))).toContain("command");
  });
});

describe("a second run", () => {
  beforeEach(async () => {
    await checkout.withGo().install(closedNetwork);
  });

  test("changes nothing and says so", async () => {
    const before = checkout.builds.length;
    expect((await checkout.install(vendor.url)).printed).toBe("the engine is up to date\n");
    expect(checkout.builds).toHaveLength(before);
    expect(vendor.requests).toEqual([]);
  });

  test("builds again only what other sources make", async () => {
    const before = checkout.builds.length;
    checkout.write("engine/cmd/pulumi-resource-command/main.go", "package main // changed\n");
    await checkout.install(closedNetwork);
    expect(checkout.builds.slice(before)).toEqual(["pulumi-resource-command"]);
  });

  test("brings back what was deleted", async () => {
    unlinkSync(checkout.plugin("digitalocean"));
    await checkout.install(closedNetwork);
    expect(checkout.read(checkout.plugin("digitalocean"))).toBe("built");
  });

  test("takes the official Pulumi that was installed since", async () => {
    checkout.withCli("3.300.1");
    await checkout.install(closedNetwork);
    expect(checkout.sources).toMatchObject({ pulumi: "official", command: "build" });
  });
});

test("versions that are not exact are refused: the engine has to fit them", async () => {
  checkout.write("package.json", JSON.stringify({ dependencies: { "@pulumi/pulumi": "^3.259.0" } }));
  const { exitCode, printed } = await checkout.install(closedNetwork);
  expect(exitCode).toBe(1);
  expect(printed).toContain("package.json must pin @pulumi/pulumi to an exact version (found ^3.259.0)");
});
