import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { connectionsDirectory, home as homeOf } from "../../../cli/home";
import { accessTo, Accounts } from "../../../cli/project/accounts";
import { AwsAccess } from "../../../cli/project/aws-access";
import { checkPlacesOnAws, placesIn } from "../../../cli/project/places";
import { keySource } from "../../../connections/aws/session";
import { thisProcess } from "../../../connections/process";
import { shippedOffersOf } from "../../../driver/request";
import { localTenant } from "../../../oauth/connection";
import { openEmbeddedVault } from "../../../oauth/vault/embedded";
import { failureOf } from "../../driver/fixture";

const directory = mkdtempSync(join(tmpdir(), "deploy4me-accounts-"));
const home = homeOf({ DEPLOY4ME_HOME: directory });
const folders = join(connectionsDirectory(home), "aws");
const key = { accessKeyId: "AKIAIOSFODNN7EXAMPLE", secretAccessKey: "canary-of-the-secret-key" };
const stack = { project: "deploy4me", stack: "office" };
const going = new AbortController().signal;
const accesses: AwsAccess[] = [];
afterEach(async () => {
  for (const one of accesses.splice(0)) await one.close();
});
afterAll(() => {
  rmSync(directory, { recursive: true });
});

async function connected(...names: readonly string[]): Promise<void> {
  const vault = await openEmbeddedVault(connectionsDirectory(home));
  for (const name of names) {
    const credentials = name.startsWith("aws")
      ? ({ kind: "aws-keys", region: "eu-central-1", ...key } as const)
      : ({ kind: "digitalocean-token", apiUrl: "http://127.0.0.1:9", token: "dop_v1_x" } as const);
    await vault.add({ tenant: localTenant, name, credentials });
  }
  await vault.close();
}

function accessWith(own: NodeJS.ProcessEnv): AwsAccess {
  const access = new AwsAccess(home, { credentials: keySource(key) }, "eu-west-1", own);
  accesses.push(access);
  return access;
}

async function opened(cloud: "aws" | "digitalocean", wanted?: string) {
  const accounts = new Accounts(home, wanted);
  try {
    return await accounts.on(cloud);
  } finally {
    await accounts.close();
  }
}

test("each cloud has its own connections, and an error says which there are", async () => {
  expect(await opened("aws")).toMatchObject({ code: "NOT_CONNECTED", cloud: "aws" });
  await connected("office", "aws-one");
  expect(await opened("aws")).toMatchObject({ connection: { name: "aws-one" } });
  expect(await opened("digitalocean")).toMatchObject({ connection: { name: "office" } });
  expect(await opened("aws", "office")).toMatchObject({
    code: "NOT_CONNECTED",
    message: expect.stringContaining("«office» is not to AWS; those are aws-one") as string,
  });
  await connected("aws-two");
  expect(await failureOf(opened("aws"))).toMatchObject({
    code: "AMBIGUOUS_CONNECTION",
    message: expect.stringMatching(/several connections to AWS.*aws-one, aws-two/) as string,
  });
});

test("for AWS nobody is asked for what it offers", async () => {
  const accounts = new Accounts(home, "nobody");
  const warn = jest.fn();
  expect(await accounts.offers("aws", { warn }, going)).toBe(shippedOffersOf.aws);
  expect(await accounts.offers("digitalocean", { warn }, going)).toBe(shippedOffersOf.digitalocean);
  await accounts.close();
  expect(warn).not.toHaveBeenCalled();
});

test("what the engine is started with has the project's region, where AWS is, and no secret", async () => {
  const own = {
    AWS_ENDPOINT_URL: "http://127.0.0.1:5",
    AWS_ENDPOINT_URL_S3: "http://127.0.0.1:6",
    AWS_PROFILE: "mine",
  };
  const access = accessWith(own);
  const environment = await access.environment(stack, going);
  expect(environment).toMatchObject({ AWS_REGION: "eu-west-1", AWS_ENDPOINT_URL_S3: "http://127.0.0.1:6" });
  expect(environment.AWS_PROFILE).toBeUndefined();
  const tokenFile = environment.AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE ?? "";
  const token = readFileSync(tokenFile, "utf8");
  const told = JSON.stringify(environment);
  for (const secret of [key.secretAccessKey, key.accessKeyId, token]) expect(told).not.toContain(secret);
  expect(statSync(join(tokenFile, "..")).mode & 0o077).toBe(0);

  const url = environment.AWS_CONTAINER_CREDENTIALS_FULL_URI ?? "";
  const answer = await fetch(url, { headers: { authorization: token } });
  expect(await answer.json()).toMatchObject({ AccessKeyId: key.accessKeyId });
  // Another operation of the same command is let in by the same.
  expect(await access.environment(stack, going)).toEqual(environment);
  await access.close();
  await expect(fetch(url, { headers: { authorization: token } })).rejects.toThrow();
  expect(readdirSync(folders)).toEqual([]);
});

test("what a killed command left is removed, and what another that runs has is not", async () => {
  for (const [name, owner] of [
    ["endpoint-dead", { ...thisProcess(), started: "0" }],
    ["endpoint-alive", thisProcess()],
  ] as const) {
    mkdirSync(join(folders, name));
    writeFileSync(join(folders, name, "owner.json"), JSON.stringify(owner));
  }
  const access = accessWith({});
  await access.environment(stack, going);
  expect(existsSync(join(folders, "endpoint-dead"))).toBe(false);
  await access.close();
  expect(readdirSync(folders)).toEqual(["endpoint-alive"]);
});

test("a token can't be handed over on AWS", async () => {
  const accounts = new Accounts(home, "aws-one");
  const account = await accounts.on("aws");
  if (account instanceof Error) throw account;
  const { leases } = placesIn(join(directory, "projects"), {});
  expect(() => accessTo(home, account, { leases, direct: true, region: "eu-west-1" })).toThrow("leave --direct out");
  await leases.close();
  await accounts.close();
});

describe("the environment that reaches the state", () => {
  const own = { AWS_ACCESS_KEY_ID: "a", AWS_ENDPOINT_URL: "b", VAULT_TOKEN: "c", PATH: "d" };
  const environmentFor = async (places: NodeJS.ProcessEnv) => {
    const { leases, backendEnvironment } = placesIn(join(directory, "projects"), { ...own, ...places });
    await leases.close();
    return backendEnvironment;
  };

  test("has what its cloud needs, and nothing of others", async () => {
    expect(await environmentFor({})).toBeUndefined();
    expect(await environmentFor({ DEPLOY4ME_BACKEND: "file:///tmp/state" })).toEqual({});
    const vault = await environmentFor({ DEPLOY4ME_SECRETS_PROVIDER: "hashivault://key" });
    expect(vault).toEqual({ VAULT_TOKEN: "c" });
    const s3 = await environmentFor({ DEPLOY4ME_BACKEND: "s3://bucket" });
    expect(s3).toEqual({ AWS_ACCESS_KEY_ID: "a", AWS_ENDPOINT_URL: "b" });
  });

  test("deploys nothing to AWS in place of the connection", () => {
    const backendEnvironment = { AWS_ACCESS_KEY_ID: "a", AWS_ENDPOINT_URL: "b" };
    expect(() => {
      checkPlacesOnAws({ backendEnvironment });
    }).toThrow(/reached with AWS_ACCESS_KEY_ID of the environment/);
    checkPlacesOnAws({ backendEnvironment: { AWS_ENDPOINT_URL: "b", VAULT_TOKEN: "c" } });
  });
});
