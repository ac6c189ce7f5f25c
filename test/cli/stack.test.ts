import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { parse } from "yaml";

import { type Home, home } from "../../cli/home";
import { type DemoStack, demoStackIn, prepareConfiguration } from "../../cli/stack";

describe("the demo's configuration", () => {
  let where: Home;
  let stack: DemoStack;
  let example: string;
  beforeEach(() => {
    const root = mkdtempSync(join(tmpdir(), "deploy4me-stack-"));
    mkdirSync(join(root, "stacks"));
    example = join(root, "stacks", "sandbox.yaml");
    cpSync(join(home().root, "stacks", "sandbox.yaml"), example);
    where = { ...home(), root, directory: join(root, ".deploy4me") };
    stack = demoStackIn(where);
  });
  afterEach(() => {
    rmSync(where.root, { recursive: true });
  });

  const configured = (): Record<string, unknown> =>
    (parse(readFileSync(stack.configFile, "utf8")) as { config: Record<string, unknown> }).config;
  const edit = (file: string, from: string, to: string): void => {
    writeFileSync(file, readFileSync(file, "utf8").replace(from, to));
  };

  test("is where a plain `pulumi -s sandbox` looks for it, made from the example", () => {
    expect(stack.configFile).toBe(join(where.root, "stacks", "Pulumi.sandbox.yaml"));
    expect(stack.configArguments).toEqual([]);
    expect(prepareConfiguration(where, stack)).toEqual({ ownChanges: false });
    expect(configured()).toEqual((parse(readFileSync(example, "utf8")) as { config: unknown }).config);
  });

  test("is made anew when the example has changed, and keeps the salt", () => {
    prepareConfiguration(where, stack);
    writeFileSync(stack.configFile, `${readFileSync(stack.configFile, "utf8")}encryptionsalt: v1:abc\n`);
    edit(example, "region: fra1", "region: ams3");
    expect(prepareConfiguration(where, stack)).toEqual({ ownChanges: false });
    expect(configured()["deploy4me:region"]).toBe("ams3");
    expect(readFileSync(stack.configFile, "utf8")).toContain("encryptionsalt: v1:abc");
  });

  test("that somebody changed stays as it is", () => {
    prepareConfiguration(where, stack);
    edit(stack.configFile, "region: fra1", "region: lon1");
    edit(example, "region: fra1", "region: ams3");
    expect(prepareConfiguration(where, stack)).toEqual({ ownChanges: true });
    expect(configured()["deploy4me:region"]).toBe("lon1");
  });

  test("of another home lies there, with its own folder for SSH", () => {
    const other = demoStackIn({ ...where, directory: join(where.root, ".deploy4me", "homes", "second") });
    prepareConfiguration(where, other);
    expect(other.configArguments).toEqual(["--config-file", other.configFile]);
    expect(readFileSync(other.configFile, "utf8")).toContain("deploy4me:sshDirectory: .deploy4me/homes/second/ssh");
    expect(existsSync(stack.configFile)).toBe(false);
  });
});
