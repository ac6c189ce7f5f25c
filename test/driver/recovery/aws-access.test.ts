import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { keySource } from "../../../connections/aws/session";
import { AwsCloud } from "../../../driver/recovery/aws/cloud";
import { AwsCredentialsEndpoint } from "../../../guard/aws-credentials";
import { failureOf } from "../fixture";
import { atAws, creating, region, settleAtAws, variables } from "./aws-settling";

/** How AWS is reached, and what becomes of it when it is not. */
const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

async function served(listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** Who signed what was asked, and for which region and service: `AKIA… eu-central-1 ec2`. */
async function noted(): Promise<{ readonly url: string; readonly signers: readonly string[] }> {
  const signers: string[] = [];
  const url = await served(({ headers }, response) => {
    const [, id = "", where = "", service = ""] =
      /Credential=([^/]+)\/\d+\/([^/]+)\/([^/]+)/.exec(headers.authorization ?? "") ?? [];
    const token = headers["x-amz-security-token"];
    signers.push([id, where, service, ...(token === undefined ? [] : [String(token)])].join(" "));
    response.writeHead(200, { "content-type": "text/xml" }).end("<DescribeAddressesResponse/>");
  });
  return { url, signers };
}

const pendingIn = (inputs: object) => [creating(atAws("ec2/eip:Eip", { tags: { Name: "x" }, ...inputs }))];
const pending = pendingIn({});

describe("AWS is asked as an operation's providers would ask it:", () => {
  const secrets = { "aws:accessKey": "AKIASTACK", "aws:secretKey": "b", "aws:token": "t", "aws:region": "eu-west-1" };
  const keys = { AWS_ACCESS_KEY_ID: "AKIAVARIABLE", AWS_SECRET_ACCESS_KEY: "b", AWS_DEFAULT_REGION: region };

  test.each([
    ["by the stack's secrets", secrets, keys, {}, "AKIASTACK eu-west-1 ec2 t"],
    ["by keys among the variables", {}, { ...keys, AWS_SESSION_TOKEN: "t" }, {}, `AKIAVARIABLE ${region} ec2 t`],
    ["in the resource's own region", {}, keys, { region: "eu-north-1" }, "AKIAVARIABLE eu-north-1 ec2"],
  ])("%s", async (_how, given, environment, inputs, signed) => {
    const { url, signers } = await noted();
    const all = { environment: { ...environment, AWS_ENDPOINT_URL_EC2: url }, secrets: given };
    expect((await settleAtAws({ ...all, pending: pendingIn(inputs) })).resources).toEqual([]);
    expect(signers).toEqual([signed]);
  });

  test("by the endpoint that gives credentials to clients, and never by what this process has for itself", async () => {
    const { url, signers } = await noted();
    const directory = mkdtempSync(join(tmpdir(), "deploy4me-recovery-"));
    const source = keySource({ accessKeyId: "AKIAENDPOINT", secretAccessKey: "b" });
    const endpoint = await AwsCredentialsEndpoint.open(source, { directory, region });
    const own = { AWS_ACCESS_KEY_ID: "AKIAOWN", AWS_SECRET_ACCESS_KEY: "b", AWS_ENDPOINT_URL: "http://127.0.0.1:9" };
    const before = { ...process.env };
    Object.assign(process.env, own);
    try {
      const environment = { ...(await endpoint.environment()), AWS_ENDPOINT_URL: url };
      expect((await settleAtAws({ environment, pending })).resources).toEqual([]);
      expect(signers).toEqual([`AKIAENDPOINT ${region} ec2`]);
      const stale = { ...environment, AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE: join(directory, "none") };
      const failure = await failureOf(settleAtAws({ environment: stale, pending }));
      expect([failure.code, failure.message]).toEqual(["INVENTORY_UNAVAILABLE", expect.stringContaining("ENOENT")]);
      const nobody = await failureOf(
        settleAtAws({ environment: { AWS_ENDPOINT_URL: url }, pending: pendingIn({ region }) }),
      );
      expect(nobody.message).toContain("there are no credentials for AWS");
      expect(signers).toHaveLength(1);
    } finally {
      process.env = before;
      await endpoint.close();
      rmSync(directory, { recursive: true });
    }
  });
});

describe("when AWS can't be asked nothing is settled:", () => {
  const refusal = "<Response><Errors><Error><Code>UnauthorizedOperation</Code></Error></Errors></Response>";

  test("nobody is there", async () => {
    const failure = await failureOf(settleAtAws({ environment: variables("http://127.0.0.1:9"), pending }));
    expect(failure).toMatchObject({ code: "INVENTORY_UNAVAILABLE" });
    expect(failure.message).toMatch(/ec2:DescribeAddresses failed: AWS's API can't be reached/);
  });

  test("no region is known", async () => {
    const environment = { AWS_ACCESS_KEY_ID: "a", AWS_SECRET_ACCESS_KEY: "b" };
    const failure = await failureOf(settleAtAws({ environment, pending }));
    expect([failure.code, failure.message]).toEqual(["INVENTORY_UNAVAILABLE", expect.stringContaining("no region")]);
  });

  test.each([
    ["a page", 200, "text/html", "<html>hello</html>"],
    ["a page that says it is not there", 404, "text/html", "<html>not found</html>"],
    ["a refusal", 403, "text/xml", refusal],
  ])("%s comes", async (_what, status, type, body) => {
    const url = await served((_request, response) => response.writeHead(status, { "content-type": type }).end(body));
    const failure = await failureOf(settleAtAws({ environment: variables(url), pending }));
    expect(failure).toMatchObject({ code: "INVENTORY_UNAVAILABLE" });
  });

  test("nobody answers in time", async () => {
    const cloud = new AwsCloud({ environment: variables(await served(() => undefined)), secrets: {} }, never, 300);
    const asked = cloud.in().ec2("DescribeVpcs", (ec2, sending) => ec2.describeVpcs({}, sending));
    const failure = await failureOf(asked);
    expect([failure.code, failure.message]).toEqual(["INVENTORY_UNAVAILABLE", expect.stringContaining("in time")]);
    cloud.close();
  });

  test("it is called off, and ends at once", async () => {
    const cancelled = new AbortController();
    const url = await served(() => {
      cancelled.abort(new Error("called off"));
    });
    const settling = settleAtAws({ environment: variables(url), pending, signal: cancelled.signal });
    expect((await failureOf(settling)).message).toBe("called off");
  });
});

const never = new AbortController().signal;
