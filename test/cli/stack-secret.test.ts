import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { getStackSecret, type PulumiProject, setStackSecret } from "../../cli/stack-secret";

/** With a `pulumi` that goes wrong in ways that the real one can't be made to. */
describe("a stack's secret", () => {
  let directory: string;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), "deploy4me-secret-"));
  });
  afterEach(() => {
    rmSync(directory, { recursive: true });
  });

  function project(script: string, options: Partial<PulumiProject> = {}): PulumiProject {
    writeFileSync(join(directory, "pulumi"), `#!/bin/sh\n${script}\n`);
    chmodSync(join(directory, "pulumi"), 0o755);
    return { bin: directory, environment: { PATH: "/usr/bin:/bin" }, stack: "one", cwd: directory, ...options };
  }

  test("comes by standard input alone", async () => {
    await setStackSecret(project('echo "$*" >args; env >env; cat >input', { configFile: "x.yaml" }), "a:b", "canary");
    const read = (name: string) => readFileSync(join(directory, name), "utf8");
    expect(read("input")).toBe("canary");
    expect(read("args")).toBe(
      "config set --secret a:b --stack one --config-file x.yaml --non-interactive --color never\n",
    );
    expect(read("env")).not.toContain("canary");
  });

  test("is not shown by a pulumi that quotes it when it fails", async () => {
    const quoting = project('echo "bad value: $(cat)" >&2; exit 255');
    await expect(setStackSecret(quoting, "a:b", "canary")).rejects.toMatchObject({
      code: "STACK_SECRET_NOT_SET",
      message: "the stack one did not get a:b: bad value: [secret]",
    });
  });

  test("does not wait for a pulumi that never ends", async () => {
    const hanging = project("exec sleep 600", { timeoutMs: 300 });
    await expect(setStackSecret(hanging, "a:b", "canary")).rejects.toMatchObject({
      message: expect.stringContaining("did not answer within 0.3 s") as string,
    });
  });

  test("stands a pulumi that does not read it", async () => {
    await expect(setStackSecret(project("exit 3"), "a:b", "x".repeat(1_000_000))).rejects.toMatchObject({
      code: "STACK_SECRET_NOT_SET",
    });
  });

  test("needs a pulumi", async () => {
    const nowhere = { bin: join(directory, "nowhere"), environment: { PATH: "/nowhere" }, stack: "one" };
    await expect(setStackSecret(nowhere, "a:b", "canary")).rejects.toMatchObject({
      message: expect.stringContaining("no `pulumi` on the search path") as string,
    });
    await expect(getStackSecret(nowhere, "a:b")).resolves.toBeUndefined();
  });

  test("is read as it is, or not at all", async () => {
    await expect(getStackSecret(project("echo value"), "a:b")).resolves.toBe("value");
    await expect(getStackSecret(project("echo value; exit 1"), "a:b")).resolves.toBeUndefined();
  });
});
