import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

import {
  AllocateAddressCommand,
  DescribeAddressesCommand,
  EC2Client,
  ReleaseAddressCommand,
} from "@aws-sdk/client-ec2";

import { Moto } from "../../components/aws/moto";
import { SigningProxy } from "../../guard/signing-proxy";
import { at, ProjectHome, wiki } from "./projects";

jest.setTimeout(180_000);

/** A project's whole life on AWS by its commands, each a process, by a role's sessions. Each test goes on where the one before ended. */
const region = "eu-west-1";
const accessKeyId = "AKIAIOSFODNN7EXAMPLE";
const canary = "canary/of/the/secret/access/key/of/life+";
const file = { ...wiki, cloud: "aws", region };
/** The stand-in's Service Quotas has none for processors. */
const unseen = expect.stringMatching(/^warning: Whether there is room .*: L-1216C47A: [^\n]*\n$/) as string;
let moto: Moto;
let aws: SigningProxy;
let home: ProjectHome;
const said: string[] = [];

beforeAll(async () => {
  moto = await Moto.start();
  aws = await SigningProxy.open(moto.url);
  process.env.AWS_ENDPOINT_URL = aws.url;
  home = new ProjectHome(join(__dirname, "paper-aws-main.js"));
  home.write(file);
});
afterAll(async () => {
  delete process.env.AWS_ENDPOINT_URL;
  await home.close();
  await aws.close();
  await moto.stop();
});

async function run(...args: readonly string[]) {
  const ended = await home.run(...args);
  said.push(ended.stdout, ended.stderr);
  return ended;
}

/** By the account itself, in the project's region. */
async function atAws<Result>(body: (client: EC2Client) => Promise<Result>): Promise<Result> {
  const credentials = { accessKeyId: "of-the-test", secretAccessKey: "of-the-test" };
  const client = new EC2Client({ region, endpoint: moto.url, credentials });
  try {
    return await body(client);
  } finally {
    client.destroy();
  }
}

function addresses(): Promise<string[]> {
  return atAws(async (client) => {
    const { Addresses = [] } = await client.send(new DescribeAddressesCommand({}));
    return Addresses.flatMap(({ PublicIp }) => PublicIp ?? []);
  });
}

test("without a connection it is said how to make one, and nothing is started", async () => {
  const { code, stderr } = await run("up", "--yes");
  expect([code, stderr]).toEqual([1, expect.stringContaining("there is no connection to AWS yet")]);
  expect(stderr).toContain("deploy4me connect aws --region REGION");
  expect(aws.signers).toEqual([]);
});

test("a connection to the role is made", async () => {
  const key = JSON.stringify({ AccessKey: { AccessKeyId: accessKeyId, SecretAccessKey: canary } });
  const role = ["--role-arn", "arn:aws:iam::123456789012:role/deploy4me", "--external-id", "agreed"];
  const connect = home.start("connect", "aws", "--region", "eu-central-1", "--keys-file", "-", ...role);
  connect.child.stdin?.end(key);
  const { code, stdout, stderr } = await connect.ended;
  said.push(stdout, stderr);
  expect([code, stderr]).toEqual([0, ""]);
});

test("where no price is known, a preview says so and shows the plan all the same", async () => {
  const { code, stdout, stderr } = await run("preview");
  expect([code, stderr]).toEqual([0, unseen]);
  expect(stdout).toMatch(/^Create 2$/m);
  expect(stdout).toContain("What it costs is not known here. There is no price for the size t3.micro in eu-west-1");
  expect(await addresses()).toEqual([]);
});

test("where a quota leaves no room, nothing is started, and the quota is named", async () => {
  const taken = await atAws(async (client) => {
    const all = Array.from({ length: 5 }, () => client.send(new AllocateAddressCommand({ Domain: "vpc" })));
    return (await Promise.all(all)).map(({ AllocationId }) => AllocationId);
  });
  const { code, stderr } = await run("up", "--yes");
  expect([code, stderr]).toEqual([1, expect.stringMatching(/nothing was started\..*L-0263D0A3\) is 5: 5 are used/)]);
  expect((await home.json("preview")).end).toMatchObject({ exitCode: 1, error: { code: "NO_ROOM" } });
  await atAws((client) =>
    Promise.all(taken.map((AllocationId) => client.send(new ReleaseAddressCommand({ AllocationId })))),
  );
  expect(await addresses()).toEqual([]);
});

test("up makes it in the project's region, by sessions of the role alone", async () => {
  aws.signers.splice(0);
  const { code, stdout, stderr } = await run("up", "--yes");
  expect([code, stderr]).toEqual([0, unseen]);
  expect(stdout).toContain("Done: 2 created.");
  expect(stdout).toContain("wiki  https://wiki.example.com");
  expect(await addresses()).toHaveLength(1);
  const [first, ...others] = aws.signers;
  // The key assumes the role, and signs nothing else.
  expect(first).toBe(accessKeyId);
  expect(others.length).toBeGreaterThan(2);
  expect(others.filter((signer) => !signer.startsWith("ASIA"))).toEqual([]);
});

test("once more there is nothing to do, and a refresh finds nothing", async () => {
  const { end } = await home.json("up", "--yes");
  expect(end).toMatchObject({ exitCode: 0, result: { unchanged: true } });
  const refresh = await run("refresh");
  expect([refresh.code, refresh.stdout]).toEqual([0, expect.stringContaining("Nothing was changed outside.")]);
});

test("its outputs and its history are there", async () => {
  const { end } = await home.json("outputs", "--stack", "office");
  expect(at(end, "outputs", "addresses", "value")).toEqual(await addresses());
  expect((await run("history", "--limit", "1")).stdout).toContain("refresh");
});

test("what it costs elsewhere is by AWS's prices, and needs no connection", async () => {
  home.write({ ...file, region: "eu-central-1" }, "frankfurt.yaml");
  const { code, stdout } = await run("estimate", "frankfurt.yaml");
  expect([code, stdout]).toEqual([0, expect.stringMatching(/Together \$26\.43 a month/)]);
});

test("the token itself can't be handed over, and it is said why", async () => {
  expect(await home.json("destroy", "--yes", "--direct")).toMatchObject({
    end: { exitCode: 2, error: { code: "DIRECT_NOT_ON_AWS" } },
  });
});

test("destroy by its name alone leaves nothing in the account, and no secret was said or is left", async () => {
  const { code, stderr } = await run("destroy", "--yes", "--stack", "office");
  expect([code, stderr]).toEqual([0, ""]);
  expect(await addresses()).toEqual([]);
  const files = readdirSync(home.directory, { recursive: true, withFileTypes: true }).filter((one) => one.isFile());
  const left = files.map((one) => [one.name, readFileSync(join(one.parentPath, one.name), "latin1")] as const);
  const sessions = [...new Set(aws.signers)].filter((signer) => signer.startsWith("ASIA"));
  expect(sessions.length).toBeGreaterThan(0);
  for (const secret of [canary, "sesame-of-the-paper", ...sessions]) {
    expect(said.join("\n")).not.toContain(secret);
    expect(left.filter(([, text]) => text.includes(secret)).map(([name]) => name)).toEqual([]);
  }
  // Nor what clients were let in with.
  expect(left.map(([name]) => name).filter((name) => name.endsWith(".token"))).toEqual([]);
});
