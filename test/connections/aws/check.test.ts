import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { inspect } from "node:util";

import { checkAws } from "../../../connections/aws/check";
import { sentence } from "../../../connections/sentence";
import { account, identity, refuse, session, type StsAnswer, StsServer, xml } from "./sts-server";

const credentials = { accessKeyId: "AKIAIOSFODNN7EXAMPLE", secretAccessKey: "canary-secret-of-a-user" };
const role = { arn: `arn:aws:iam::${account}:role/deploy4me`, externalId: "agreed" };
const region = "eu-central-1";

describe("a check of a connection to AWS", () => {
  let sts: StsServer | undefined;
  afterEach(() => sts?.close());

  const check = async (answer: StsAnswer, more: Partial<Parameters<typeof checkAws>[0]> = {}) => {
    sts = await StsServer.open(answer);
    const { url } = sts;
    return checkAws({ region, credentials, endpoint: () => url, ...more });
  };

  test("works: the account and who is asking", async () => {
    expect(await check(identity)).toEqual({
      kind: "works",
      account: { uuid: account, name: `arn:aws:iam::${account}:user/deployer` },
      limits: {},
    });
    expect(sts?.asked).toMatchObject([{ action: "GetCallerIdentity", region, accessKeyId: credentials.accessKeyId }]);
  });

  test("works as the role, with the external id and the shortest session there is", async () => {
    const verdict = await check(
      (response, request) => {
        if (request.action === "AssumeRole") session(response, 1, new Date(Date.now() + 900_000));
        else identity(response, request);
      },
      { role },
    );
    expect(verdict).toMatchObject({
      kind: "works",
      account: { name: expect.stringContaining("assumed-role") as string },
    });
    expect(sts?.asked.map(({ action, sessionToken }) => [action, sessionToken])).toEqual([
      ["GetCallerIdentity", undefined],
      ["AssumeRole", undefined],
      ["GetCallerIdentity", "canary-token-1"],
    ]);
    expect(sts?.asked[1]?.parameters).toMatchObject({
      RoleArn: role.arn,
      ExternalId: "agreed",
      DurationSeconds: "900",
    });
  });

  test("is of another account than expected", async () => {
    expect(await check(identity, { expected: { account: "999999999999" } })).toMatchObject({
      kind: "wrong-account",
      expected: "999999999999",
      found: { uuid: account },
    });
  });

  test.each([
    ["InvalidClientTokenId", "The security token included in the request is invalid."],
    [
      "SignatureDoesNotMatch",
      "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.",
    ],
  ])("%s: the keys are not AWS's", async (code, message) => {
    expect(await check(refuse(403, code, message))).toEqual({ kind: "revoked" });
  });

  test.each(["ExpiredToken", "ExpiredTokenException"])("%s: the session has expired", async (code) => {
    const expires = new Date("2026-01-01T00:00:00Z");
    const expired = refuse(403, code, "The security token included in the request is expired");
    const verdict = await check(expired, { credentials: { ...credentials, sessionToken: "canary-token", expires } });
    expect(verdict).toEqual({ kind: "expired", at: expires });
  });

  test("is denied, by the name of the action", async () => {
    const message = `User: arn:aws:iam::${account}:user/deployer is not authorized to perform: sts:AssumeRole on resource: ${role.arn}`;
    const verdict = await check(
      (response, request) => {
        (request.action === "AssumeRole" ? refuse(403, "AccessDenied", message) : identity)(response, request);
      },
      { role },
    );
    expect(verdict).toEqual({ kind: "denied", action: "sts:AssumeRole" });
    expect(sentence(verdict, { provider: "AWS" })).toContain("sts:AssumeRole");
  });

  test("of a region that is not enabled, whose keys it does not know although the account has them", async () => {
    const verdict = await check(
      (response, request) => {
        const unknown = refuse(403, "InvalidClientTokenId", "The security token included in the request is invalid.");
        (request.region === "af-south-1" ? unknown : identity)(response, request);
      },
      { region: "af-south-1" },
    );
    expect(verdict).toEqual({ kind: "region-not-enabled", region: "af-south-1" });
    expect(sts?.asked.map((request) => request.region)).toEqual(["af-south-1", "us-east-1"]);
  });

  test("of a region in which STS is not activated", async () => {
    const message = `STS is not activated in this region for account:${account}. Your account administrator can activate STS in this region using the IAM Console.`;
    expect(await check(refuse(403, "RegionDisabledException", message))).toEqual({
      kind: "region-not-enabled",
      region,
    });
  });

  test.each([
    ["Signature expired: 20260627T140000Z is now earlier than 20260627T141500Z (20260627T143000Z - 15 min.)", -1800],
    [
      "Signature not yet current: 20260627T150000Z is still later than 20260627T144500Z (20260627T143000Z + 15 min.)",
      1800,
    ],
  ])("with a clock that is wrong, by how much: %s", async (message, seconds) => {
    const verdict = await check(refuse(403, "SignatureDoesNotMatch", message));
    expect(verdict).toEqual({ kind: "clock-skew", seconds });
    expect(sentence(verdict, { provider: "AWS" })).toContain(`1800 seconds ${seconds > 0 ? "ahead" : "behind"}`);
  });

  test("too often", async () => {
    const begun = Date.now();
    const verdict = await check(refuse(400, "Throttling", "Rate exceeded", { "retry-after": "7" }));
    expect(verdict.kind === "rate-limited" && verdict.until.getTime() - begun).toBeGreaterThanOrEqual(7000);
    expect(sts?.asked).toHaveLength(1);
  });

  test.each([
    ["an error of AWS's own", refuse(500, "InternalFailure", "We encountered an internal error.")],
    ["nothing in it", (response) => response.writeHead(503).end()],
    ["a page", (response) => response.writeHead(503, { "content-type": "text/html" }).end("<html><br></body>")],
  ] as [string, StsAnswer][])("while AWS is down: %s", async (_, answer) => {
    expect(await check(answer)).toMatchObject({ kind: "provider-down" });
  });

  test.each([
    [
      "a page with 200",
      (response) => response.writeHead(200, { "content-type": "text/html" }).end("<html><br></body>"),
      "network-down",
    ],
    [
      "a page with 403",
      (response) => response.writeHead(403, { "content-type": "text/html" }).end("<html><br></body>"),
      "network-down",
    ],
    ["nothing with 403", (response) => response.writeHead(403).end(), "network-down"],
    ["a connection that breaks", (response) => response.socket?.destroy(), "network-down"],
    [
      "an answer without an account",
      (response) => {
        xml(
          response,
          200,
          "<GetCallerIdentityResponse><GetCallerIdentityResult><Arn>a</Arn></GetCallerIdentityResult></GetCallerIdentityResponse>",
        );
      },
      "api-changed",
    ],
    ["an error nobody knows", refuse(400, "SomethingNew", "?"), "api-changed"],
  ] as [string, StsAnswer, string][])("of what is no answer of AWS's: %s", async (_, answer, kind) => {
    const verdict = await check(answer);
    expect(verdict.kind).toBe(kind);
    expect(sentence(verdict, { provider: "AWS" })).toMatch(/\.$/);
  });

  test("while nobody answers", async () => {
    expect(await check(() => undefined, { timeoutMs: 300 })).toMatchObject({
      kind: "network-down",
      reason: "no-answer",
    });
  });

  test("while nobody is there, or the name is nobody's", async () => {
    sts = await StsServer.open(identity);
    await sts.close();
    const verdicts = [sts.url, "http://sts.nowhere.invalid"].map((url) => {
      const program = join(__dirname, "checking-process.js");
      return JSON.parse(execFileSync(process.execPath, [program, url], { encoding: "utf8" })) as unknown;
    });
    expect(verdicts).toMatchObject([
      { kind: "network-down", reason: "refused" },
      { kind: "network-down", reason: "dns" },
    ]);
  });

  test("without anything to sign with", async () => {
    const before = { ...process.env };
    Object.assign(process.env, {
      AWS_EC2_METADATA_DISABLED: "true",
      AWS_SHARED_CREDENTIALS_FILE: "/nonexistent",
      AWS_CONFIG_FILE: "/nonexistent",
    });
    try {
      expect(await check(identity, { credentials: undefined })).toEqual({ kind: "no-credentials" });
      expect(sts?.asked).toEqual([]);
    } finally {
      process.env = before;
    }
  });

  test("says no secret", async () => {
    const echo: StsAnswer = (response, request) => {
      refuse(403, "AccessDenied", `${request.accessKeyId} canary-secret-of-a-user`)(response, request);
    };
    const verdict = await check(echo, { credentials: { ...credentials, sessionToken: "canary-token" } });
    expect(inspect(verdict, { depth: 9 }) + sentence(verdict, { provider: "AWS" })).not.toContain("canary");
  });
});
