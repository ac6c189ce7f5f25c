import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

import { projectRoot } from "../../../cli/home";
import { projectProgram } from "../../../driver/program";
import { AwsRecovery } from "../../../driver/recovery/aws-recovery";
import { awsKinds, repeatableAtAws } from "../../../driver/recovery/aws/kinds";
import type { ProjectRequest } from "../../../driver/request";
import { parseState, type StateResource } from "../../../driver/state/state";
import { failureOf } from "../fixture";
import { atAws, creating, settleAtAws } from "./aws-settling";
import { resource, stack, urnOf } from "./settling";

/** What needs no cloud: nothing is asked, as nobody has said where it is. */
const environment = {};
const vpc = atAws("ec2/vpc:Vpc", {}, { id: "vpc-1" });
const keyType = "pulumi-nodejs:dynamic/deploy4me:SshKeyPair";
const key: StateResource = { urn: urnOf(keyType, "office"), type: keyType, custom: true };

test("what was being changed is read anew, and nothing stays in flight", async () => {
  const pending = [{ type: "updating", resource: vpc }];
  const { resources, reread, notes } = await settleAtAws({ environment, resources: [vpc], pending });
  expect([resources, reread]).toEqual([[vpc], [vpc.urn]]);
  expect(notes[0]).toMatch(/Vpc one was being changed: it is read anew/);
});

test("all that the components make at AWS is found again or made once more, and nothing is both", () => {
  const folder = join(projectRoot(), "components", "aws");
  const sources = readdirSync(folder).map((name) => readFileSync(join(folder, name), "utf8"));
  const made = sources.flatMap((source) => [...source.matchAll(/new aws\.([a-z0-9]+)\.([A-Za-z]+)/g)]);
  const types = new Set(
    made.map(([, module = "", name = ""]) => `aws:${module}/${name.charAt(0).toLowerCase()}${name.slice(1)}:${name}`),
  );
  expect(types.size).toBeGreaterThan(25);
  const known = [...Object.keys(awsKinds), ...Object.keys(repeatableAtAws)];
  expect(known.toSorted()).toEqual([...types].toSorted());
});

test.each(Object.entries(repeatableAtAws))(
  "a %s is made once more, and people are told why it may be",
  async (type, why) => {
    const pending = [creating(atAws(type.slice(4), { bucket: "one" }))];
    const { resources, reread, notes } = await settleAtAws({ environment, pending });
    expect([resources, reread, notes]).toEqual([[], [], [expect.stringContaining(`is made once more: ${why}`)]]);
  },
);

test("what is in the state alone is made once more", async () => {
  const { resources, reread } = await settleAtAws({ environment, pending: [creating(key)] });
  expect([resources, reread]).toEqual([[], []]);
});

describe("people are told by its name, before anything else is settled,", () => {
  const own = atAws("x:", {}, { type: "pulumi:providers:aws", urn: urnOf("pulumi:providers:aws", "own"), id: "p" });
  const withOwn = (inputs: object) => ({ ...own, inputs: { region: "eu-central-1", ...inputs } });
  const table = atAws("dynamodb/table:Table", { name: "office", tags: { Name: "office" } });
  const role = atAws("iam/role:Role", { name: "office", tags: { Name: "office" } }, { provider: `${own.urn}::p` });

  test.each([
    ["of what was being made and is not known here", [], "creating", table],
    ["of what is not AWS's", [], "updating", resource("Vpc", "one", { id: "1" })],
    [
      "of what was being made in an account that another provider leads to",
      [withOwn({ profile: "x" })],
      "creating",
      role,
    ],
  ])("%s", async (_what, resources, type, one) => {
    const pending = [creating(atAws("ec2/vpc:Vpc", { tags: { Name: "x" } })), { type, resource: one }];
    const failure = await failureOf(settleAtAws({ environment, resources, pending }));
    expect(failure).toMatchObject({ code: "PENDING_OPERATIONS", pending: [{ operation: type, urn: one.urn }] });
  });

  test("and not of what a program says may be repeated, nor for a provider that is for another region only", async () => {
    const repeatable = [/^aws:dynamodb/];
    expect((await settleAtAws({ environment, pending: [creating(table)], repeatable })).resources).toEqual([]);
    const failure = await failureOf(settleAtAws({ environment, resources: [withOwn({})], pending: [creating(role)] }));
    expect(failure).toMatchObject({ code: "INVENTORY_UNAVAILABLE" });
  });
});

test("after a destruction that was cut short, all that AWS may have lost is read", () => {
  const resources = [vpc, key, atAws("ec2/eip:Eip", {})];
  const deployment = { manifest: { time: "2026-01-01T00:00:00Z" }, resources };
  const state = parseState(stack, JSON.stringify({ version: 3, deployment }));
  expect(new AwsRecovery().readable(state)).toEqual([vpc.urn]);
});

test("AWS's clients are loaded by nobody who has nothing to ask", () => {
  const module = require.resolve("../../../driver/driver");
  const recovery = require.resolve("../../../driver/recovery/aws-recovery");
  const script = `require(${JSON.stringify(module)}); new (require(${JSON.stringify(recovery)}).AwsRecovery)();
    console.log(Object.keys(require.cache).filter((one) => /@aws-sdk|@smithy/.test(one)).length)`;
  expect(execFileSync(process.execPath, ["-e", script], { encoding: "utf8", timeout: 30_000 })).toBe("0\n");
});

test("the project's cloud decides who settles", () => {
  const { recovery } = projectProgram;
  if (typeof recovery !== "function") throw new Error("it does not look at the request");
  const on = (cloud: ProjectRequest["cloud"]): string => recovery({ cloud } as ProjectRequest).constructor.name;
  expect([on("aws"), on("digitalocean")]).toEqual(["AwsRecovery", "DigitalOceanRecovery"]);
});
