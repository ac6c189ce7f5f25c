import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { approvalOf, type ApprovalPart, checkApproval } from "../../driver/approval";
import type { Program } from "../../driver/program";
import { Bed, failureOf } from "./fixture";
import { RecordingEngine } from "./recording-engine";
import type { CloudRequest } from "./programs/cloud";

let bed: Bed;
let recording: RecordingEngine;
let folder: string;
let program: Program<CloudRequest>;
const request: CloudRequest = { name: "approved", tags: 2 };

beforeAll(async () => {
  bed = await Bed.open();
  recording = new RecordingEngine();
  folder = mkdtempSync(join(tmpdir(), "deploy4me-program-"));
  cpSync(join(__dirname, "programs"), join(folder, "program"), { recursive: true });
  writeFileSync(join(folder, "wiki.yaml"), "name: wiki\n");
  program = {
    module: join(__dirname, "programs", "cloud.js"),
    export: "cloud",
    project: "test",
    stack: ({ name }) => name,
    sources: [join(folder, "program")],
    catalogue: [join(folder, "wiki.yaml")],
  };
});
afterAll(async () => {
  recording.remove();
  rmSync(folder, { recursive: true });
  await bed.close();
});

test("what was approved is done", async () => {
  const driver = bed.driver({ program });
  const { approval } = await driver.preview(request).result;
  expect((await driver.up(request, { approved: approval }).result).changes).toEqual({ create: 3 });
});

describe("when something moved, nothing is touched", () => {
  let approval: string;
  const previewed = async (): Promise<void> => {
    approval = (await bed.driver({ program }).preview({ ...request, tags: 3 }).result).approval;
  };
  beforeAll(previewed);

  async function refused(
    moved: readonly ApprovalPart[],
    changed: CloudRequest = { ...request, tags: 3 },
  ): Promise<void> {
    const driver = bed.driver({ program, engine: recording.engine });
    const before = await bed.tags();
    const backups = await driver.backups("approved");
    recording.forget();
    const failure = await failureOf(driver.up(changed, { approved: approval }).result);
    expect(failure).toMatchObject({ code: "APPROVAL_MOVED", moved });
    expect(failure.message).toMatch(/Nothing was touched/);
    expect(recording.calls).toEqual([]);
    expect(await driver.backups("approved")).toEqual(backups);
    expect(await bed.tags()).toEqual(before);
  }

  test("the request", () => refused(["request"], { ...request, tags: 4 }));

  test("the program", async () => {
    const file = join(folder, "program", "cloud.js");
    const before = readFileSync(file);
    writeFileSync(file, `${before.toString()}// another release\n`);
    await refused(["program"]);
    writeFileSync(file, before);
  });

  test("the catalogue", async () => {
    const file = join(folder, "wiki.yaml");
    writeFileSync(file, "name: wiki\nversion: 2\n");
    await refused(["catalogue"]);
    writeFileSync(file, "name: wiki\n");
  });

  test("the state, which somebody else has changed by another operation", async () => {
    await bed.driver({ program }).up({ ...request, tags: 1 }).result;
    await refused(["state"]);
  });

  test("the state, which a refresh found to be otherwise", async () => {
    await previewed();
    await bed.api.delete(`/v2/tags/${(await bed.tags())[0]!}`);
    await bed.driver({ program }).refresh({ ...request, tags: 3 }).result;
    await refused(["state"]);
  });
});

test("another stack's approval is of another request, and one with another order of keys is the same", async () => {
  const driver = bed.driver({ program });
  const { approval } = await driver.preview(request).result;
  expect((await driver.preview({ tags: request.tags, name: request.name }).result).approval).toBe(approval);
  const failure = await failureOf(driver.up({ ...request, name: "other" }, { approved: approval }).result);
  expect(failure).toMatchObject({ code: "APPROVAL_MOVED", moved: expect.arrayContaining(["request"]) as string[] });
});

test.each(["", "yes", "d4m1.a.b.c.d", `d4m1.${"0".repeat(32)}`, `d4m2${`.${"0".repeat(32)}`.repeat(4)}`])(
  "%j is no approval",
  async (approved) => {
    expect(await failureOf(bed.driver({ program }).up(request, { approved }).result)).toMatchObject({
      code: "INVALID_APPROVAL",
    });
  },
);

test("a new token is no reason to ask again", async () => {
  const tokens = ["one", "two"];
  const subject = { stack: { project: "test", stack: "a" }, request, program, state: "0" };
  // Credentials are no part of it at all.
  expect(tokens.map(() => approvalOf(subject))[0]).toBe(approvalOf(subject));
  expect(() => {
    checkApproval(approvalOf(subject), subject);
  }).not.toThrow();
  await Promise.resolve();
});
