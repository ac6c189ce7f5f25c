import {
  AttachUserPolicyCommand,
  CreateAccessKeyCommand,
  CreatePolicyCommand,
  CreateRoleCommand,
  CreateUserCommand,
  IAMClient,
} from "@aws-sdk/client-iam";

import { checkAws } from "../../../connections/aws/check";
import { keySource, roleSessions } from "../../../connections/aws/session";
import { Moto } from "../../components/aws/moto";

const account = "123456789012";
const region = "eu-central-1";
const roleArn = `arn:aws:iam::${account}:role/deploy4me`;

/** moto's IAM, which looks at signatures and policies from when it is told to. */
describe("AWS's IAM by somebody else", () => {
  let moto: Moto;
  let iam: IAMClient;
  let owner: { accessKeyId: string; secretAccessKey: string };

  beforeAll(async () => {
    moto = await Moto.start();
    const credentials = { accessKeyId: "AKIAOFTHEROOTUSER000", secretAccessKey: "root" };
    iam = new IAMClient({ region, endpoint: moto.url, credentials });
    owner = await userWith("deployer");
    const trust = policy("sts:AssumeRole", {
      Principal: { AWS: `arn:aws:iam::${account}:user/deployer` },
      Condition: { StringEquals: { "sts:ExternalId": "agreed" } },
    });
    await iam.send(new CreateRoleCommand({ RoleName: "deploy4me", AssumeRolePolicyDocument: trust }));
  });
  afterAll(async () => {
    iam.destroy();
    await moto.stop();
  });

  const policy = (action: string, more: object): string =>
    JSON.stringify({ Version: "2012-10-17", Statement: [{ Effect: "Allow", Action: action, ...more }] });

  const userWith = async (name: string) => {
    await iam.send(new CreateUserCommand({ UserName: name }));
    const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName: name }));
    return { accessKeyId: AccessKey?.AccessKeyId ?? "", secretAccessKey: AccessKey?.SecretAccessKey ?? "" };
  };

  /** @param after how many requests from now on are let through unseen */
  const enforce = async (after: number): Promise<void> => {
    const answer = await fetch(`${moto.url}/moto-api/reset-auth`, { method: "POST", body: String(after) });
    expect(answer.status).toBe(200);
  };

  const check = (more: Partial<Parameters<typeof checkAws>[0]> = {}) =>
    checkAws({ region, credentials: owner, endpoint: () => moto.url, ...more });

  test("knows a user by the key", async () => {
    await enforce(0);
    expect(await check()).toMatchObject({
      kind: "works",
      account: { uuid: account, name: `arn:aws:iam::${account}:user/deployer` },
    });
  });

  test("refuses a key that is not its own, and a secret that is not the key's", async () => {
    await enforce(0);
    const unknown = { ...owner, accessKeyId: "AKIAIOSFODNN7EXAMPLE" };
    expect(await check({ credentials: unknown })).toEqual({ kind: "revoked" });
    expect(await check({ credentials: { ...owner, secretAccessKey: "wrong" } })).toEqual({ kind: "revoked" });
  });

  test("denies a role to a user who may not assume it, and gives sessions to one who may", async () => {
    await enforce(0);
    const role = { arn: roleArn, externalId: "agreed" };
    expect(await check({ role })).toEqual({ kind: "denied", action: "sts:AssumeRole" });

    await enforce(10_000);
    const document = policy("sts:AssumeRole", { Resource: roleArn });
    const made = await iam.send(new CreatePolicyCommand({ PolicyName: "assume", PolicyDocument: document }));
    await iam.send(new AttachUserPolicyCommand({ UserName: "deployer", PolicyArn: made.Policy?.Arn ?? "" }));

    await enforce(0);
    expect(await check({ role })).toMatchObject({
      kind: "works",
      account: { uuid: account, name: expect.stringContaining("assumed-role/deploy4me/") as string },
    });
    // Whoever knows the role's name alone does not get in. (moto lets in who says nothing; AWS does not.)
    expect(await check({ role: { arn: roleArn, externalId: "another" } })).toEqual({
      kind: "denied",
      action: "sts:AssumeRole",
    });
    const source = roleSessions(role, { region, endpoint: moto.url, source: keySource(owner) });
    const session = await source.current();
    expect(session.accessKeyId).toMatch(/^ASIA/);
    expect(await check({ credentials: session })).toMatchObject({
      kind: "works",
      account: { name: `arn:aws:sts::${account}:assumed-role/deploy4me/deploy4me` },
    });
  });
});
