import { execFile } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { promisify } from "node:util";

import { GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";

import { projectRoot } from "../../cli/home";
import type { AwsCredentials, AwsCredentialSource } from "../../connections/aws/credentials";
import { AwsRefused } from "../../connections/aws/refused";
import { keySource } from "../../connections/aws/session";
import { ReconnectNeeded } from "../../connections/credentials";
import { findEngine } from "../../driver/engine";
import { AwsCredentialsEndpoint } from "../../guard/aws-credentials";
import { identity, StsServer } from "../connections/aws/sts-server";

const region = "eu-central-1";
const directory = mkdtempSync(join(tmpdir(), "deploy4me-aws-credentials-"));
afterAll(() => {
  rmSync(directory, { recursive: true });
});

/** Sessions that end so soon that clients ask anew before each request. */
class Sessions implements AwsCredentialSource {
  given = 0;
  failure: Error | undefined;

  current(): Promise<AwsCredentials> {
    if (this.failure !== undefined) return Promise.reject(this.failure);
    this.given++;
    return Promise.resolve({
      accessKeyId: `ASIAOFASESSION${String(this.given).padStart(6, "0")}`,
      secretAccessKey: `canary-secret-${this.given}`,
      sessionToken: `canary-token-${this.given}`,
      expires: new Date(Date.now() + 60_000),
    });
  }

  replacement(): Promise<AwsCredentials> {
    return this.current();
  }
}

let sts: StsServer;
let sessions: Sessions;
let endpoint: AwsCredentialsEndpoint;
let environment: Readonly<Record<string, string>>;
beforeEach(async () => {
  sts = await StsServer.open(identity);
  sessions = new Sessions();
  endpoint = await AwsCredentialsEndpoint.open(sessions, { directory, region });
  environment = { ...(await endpoint.environment()), AWS_ENDPOINT_URL: sts.url };
});
afterEach(async () => {
  await endpoint.close();
  await sts.close();
});

const get = (path = "/credentials", headers: Record<string, string> = {}, method = "GET") =>
  fetch(new URL(path, environment.AWS_CONTAINER_CREDENTIALS_FULL_URI), { method, headers });
const shown = () => ({
  authorization: readFileSync(environment.AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE ?? "", "utf8"),
});

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await pause(5);
}

/** What was answered has been read: a request of our own over the same server came after it. */
async function settled(): Promise<void> {
  for (let turn = 0; turn < 3; turn++) await (await get("/")).text();
}

/** With nothing else in the environment. */
async function within<Result>(
  variables: Readonly<Record<string, string>>,
  body: () => Promise<Result>,
): Promise<Result> {
  const before = { ...process.env };
  for (const name of Object.keys(process.env)) if (name.startsWith("AWS_")) Reflect.deleteProperty(process.env, name);
  Object.assign(process.env, variables);
  try {
    return await body();
  } finally {
    for (const name of Object.keys(variables)) Reflect.deleteProperty(process.env, name);
    Object.assign(process.env, before);
  }
}

describe("a client that is given the environment signs with the session of the moment", () => {
  test("AWS's SDK for JavaScript", async () => {
    await within(environment, async () => {
      const client = new STSClient({});
      // Near the end of a session it signs once more with it, and fetches the next one meanwhile.
      for (let request = 1; request <= 4; request++) {
        await client.send(new GetCallerIdentityCommand({}));
        await until(() => sessions.given > request + 1);
        await settled();
      }
      client.destroy();
    });
    const keys = sts.asked.map(({ accessKeyId }) => accessKeyId);
    expect(new Set(keys).size).toBe(4);
    expect(sts.asked.map(({ sessionToken }) => sessionToken)).toEqual(
      keys.map((key) => `canary-token-${Number(key.slice(-6))}`),
    );
  });

  test("boto3", async () => {
    const script =
      'import boto3\nsts = boto3.client("sts")\nfor i in range(2): sts.get_caller_identity()\nprint(sts.meta.region_name)';
    const python = join(projectRoot(), ".deploy4me", "moto", "bin", "python");
    const env = { PATH: process.env.PATH, ...environment, AWS_DEFAULT_REGION: region };
    const { stdout } = await promisify(execFile)(python, ["-c", script], { env, timeout: 60_000 });
    expect(stdout.trim()).toBe(region);
    expect(new Set(sts.asked.map(({ accessKeyId }) => accessKeyId)).size).toBe(2);
  });

  test("AWS's SDK for Go, which the official provider and the engine have", async () => {
    const { pulumi } = findEngine();
    const home = join(directory, "pulumi");
    const backend = `s3://state?region=${region}&endpoint=${sts.url}&s3ForcePathStyle=true&disableSSL=true`;
    const env = {
      PATH: process.env.PATH,
      HOME: directory,
      PULUMI_HOME: home,
      PULUMI_BACKEND_URL: backend,
      ...environment,
    };
    // What answers is no bucket; who signed is what it is about.
    await promisify(execFile)(pulumi, ["stack", "ls", "--non-interactive"], { env, timeout: 60_000 }).catch(
      () => undefined,
    );
    expect(sts.asked.length).toBeGreaterThan(0);
    expect(sts.signers[0]).toMatch(/^ASIAOFASESSION0/);
  });

  test("with an access key as well, which has no end", async () => {
    const key = { accessKeyId: "AKIAIOSFODNN7EXAMPLE", secretAccessKey: "canary-secret" };
    const other = await AwsCredentialsEndpoint.open(keySource(key), { directory, region });
    await within({ ...(await other.environment()), AWS_ENDPOINT_URL: sts.url }, async () => {
      const client = new STSClient({});
      await client.send(new GetCallerIdentityCommand({}));
      client.destroy();
    });
    await other.close();
    expect(sts.asked).toMatchObject([{ accessKeyId: key.accessKeyId, sessionToken: undefined }]);
  });
});

test("the environment holds no secret, and the token lies in a file that its owner alone reads", async () => {
  expect(JSON.stringify(environment)).not.toMatch(/canary|d4m_aws_/);
  expect(statSync(environment.AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE ?? "").mode & 0o777).toBe(0o600);
  const answer = await get("/credentials", shown());
  expect(answer.headers.get("cache-control")).toBe("no-store");
  expect(await answer.json()).toMatchObject({ SecretAccessKey: expect.stringMatching(/^canary/) as string });
});

test.each<[string, () => Promise<Response>, number]>([
  ["without the token", () => get(), 401],
  ["with another token", () => get("/credentials", { authorization: `d4m_aws_${"0".repeat(64)}` }), 401],
  ["for something else", () => get("/", shown()), 404],
  ["to change something", () => get("/credentials", shown(), "POST"), 404],
])("a request %s gets no credentials", async (_, ask, status) => {
  const { given } = sessions;
  const answer = await ask();
  expect(answer.status).toBe(status);
  expect(await answer.text()).not.toContain("canary");
  expect(sessions.given).toBe(given);
});

describe("when there are no credentials", () => {
  const denied = new AwsRefused("sts:AssumeRole", { kind: "denied", action: "sts:AssumeRole" });
  const away = new AwsRefused("sts:AssumeRole", {
    kind: "network-down",
    reason: "refused",
    cause: "its address refuses",
  });
  test.each<[string, Error, number, RegExp]>([
    ["a role that may not be assumed", denied, 403, /may not do sts:AssumeRole\. Allow it/],
    ["AWS out of reach", away, 503, /AWS's API can't be reached: its address refuses/],
    [
      "a connection to be made anew",
      new ReconnectNeeded("aws", "refused", { provider: "AWS" }),
      403,
      /deploy4me connect aws/,
    ],
    ["something unforeseen", new Error("canary"), 503, /^there are no credentials now$/],
  ])("because of %s, the client is told why", async (_, failure, status, words) => {
    sessions.failure = failure;
    const answer = await get("/credentials", shown());
    expect(answer.status).toBe(status);
    const body = (await answer.json()) as { message: string; Message: string };
    expect(body.message).toMatch(words);
    expect(body.Message).toBe(body.message);
    // And whoever starts clients is told before.
    await expect(endpoint.environment()).rejects.toBe(failure);
  });

  test("because nobody gives any, it is not waited for for ever", async () => {
    const source: AwsCredentialSource = {
      current: (signal) =>
        new Promise((_, refuse) => {
          signal?.addEventListener("abort", () => {
            refuse(signal.reason as Error);
          });
        }),
      replacement: () => sessions.current(),
    };
    const late = await AwsCredentialsEndpoint.open(source, { directory, region, timeoutMs: 50 });
    await expect(late.environment(AbortSignal.timeout(10))).rejects.toThrow();
    const { url, files: made } = late as unknown as { url: string; files: { token: string } };
    const answer = await fetch(url, { headers: { authorization: readFileSync(made.token, "utf8") } });
    expect([answer.status, await answer.json()]).toMatchObject([503, { message: "nobody gave credentials in time" }]);
    await late.close();
  });
});

test("closed, it answers nobody and leaves no file", async () => {
  await endpoint.close();
  expect(existsSync(environment.AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE ?? "")).toBe(false);
  await expect(get()).rejects.toThrow();
});
