import type { RecoveryContext } from "../../../driver/pending";
import { projectProgram } from "../../../driver/program";
import { AwsRecovery } from "../../../driver/recovery/aws-recovery";
import type { ProjectRequest } from "../../../driver/request";
import { parseState, type PendingOperation, type StateResource } from "../../../driver/state/state";
import { failureOf } from "../fixture";
import { stack, urnOf } from "./settling";

const vpc = ofType("aws:ec2/vpc:Vpc", "vpc-1");
const key = ofType("pulumi-nodejs:dynamic/deploy4me:SshKeyPair");

function ofType(type: string, id?: string): StateResource {
  return { urn: urnOf(type, "office"), type, custom: true, ...(id === undefined ? {} : { id }) };
}

/** Settles without an engine: the state is text, and so is what comes of it. */
async function settle(resources: readonly StateResource[], pending: readonly PendingOperation[]) {
  const deployment = { manifest: { time: "2026-01-01T00:00:00Z" }, resources, pending_operations: pending };
  const replaced: { text: string; reread: readonly string[] }[] = [];
  const notes: string[] = [];
  const context: RecoveryContext = {
    ...{ kind: "up", stack, epoch: 2, environment: {}, secrets: {}, creations: undefined, before: undefined },
    state: parseState(stack, JSON.stringify({ version: 3, deployment })),
    signal: new AbortController().signal,
    replaceState: (text, reread = []) => {
      replaced.push({ text, reread });
      return Promise.resolve();
    },
    note: (message) => void notes.push(message),
  };
  await new AwsRecovery().settle(pending, context);
  const [{ text, reread } = { text: "", reread: [] }] = replaced;
  return { settled: parseState(stack, text), reread, notes };
}

test("what was being changed or deleted is read anew, and nothing stays in flight", async () => {
  const pending = (["updating", "deleting"] as const).map((type) => ({ type, resource: vpc }));
  const { settled, reread, notes } = await settle([vpc], pending);
  expect([settled.pending, settled.resources, reread]).toEqual([[], [vpc], [vpc.urn, vpc.urn]]);
  expect(notes[0]).toMatch(/Vpc office was in flight \(updating\): it is read anew/);
});

test("what is in the state alone is made once more", async () => {
  const { settled, reread } = await settle([], [{ type: "creating", resource: key }]);
  expect([settled.pending, settled.resources, reread]).toEqual([[], [], []]);
});

test("what was being made at AWS is refused by its name, and what is not AWS's as well", async () => {
  for (const [type, resource] of [
    ["creating", vpc],
    ["updating", ofType("digitalocean:index/vpc:Vpc", "1")],
  ] as const) {
    const failure = await failureOf(settle([], [{ type, resource }]));
    expect(failure).toMatchObject({ code: "PENDING_OPERATIONS", pending: [{ operation: type, urn: resource.urn }] });
  }
});

test("after a destruction that was cut short, all that AWS may have lost is read", () => {
  const resources = [vpc, key, ofType("aws:ec2/eip:Eip")];
  const deployment = { manifest: { time: "2026-01-01T00:00:00Z" }, resources };
  const state = parseState(stack, JSON.stringify({ version: 3, deployment }));
  expect(new AwsRecovery().readable(state)).toEqual([vpc.urn]);
});

test("the project's cloud decides who settles", () => {
  const { recovery } = projectProgram;
  if (typeof recovery !== "function") throw new Error("it does not look at the request");
  const on = (cloud: ProjectRequest["cloud"]): string => recovery({ cloud } as ProjectRequest).constructor.name;
  expect([on("aws"), on("digitalocean")]).toEqual(["AwsRecovery", "DigitalOceanRecovery"]);
});
