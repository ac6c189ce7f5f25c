import {
  AllocateAddressCommand,
  type _InstanceType,
  CreateVpcCommand,
  EC2Client,
  RunInstancesCommand,
  TerminateInstancesCommand,
} from "@aws-sdk/client-ec2";

import { checkAws } from "../../../connections/aws/check";
import type { NeededOfAws } from "../../../connections/aws/quotas";
import { sentence } from "../../../connections/sentence";
import { Moto } from "../../components/aws/moto";
import { type Answer, QuotaServer, quotas, refused } from "./quota-server";
import { identity, StsServer, xml } from "./sts-server";

const region = "eu-central-1";
const credentials = { accessKeyId: "AKIAIOSFODNN7EXAMPLE", secretAccessKey: "canary-secret" };
const role = { arn: "arn:aws:iam::123456789012:role/deploy4me" };
const usual = quotas({ "vpc/L-F678F1CE": 5, "ec2/L-1216C47A": 8 });

describe("an account's quotas", () => {
  let moto: Moto;
  let server: QuotaServer;
  let ec2: EC2Client;
  beforeAll(async () => {
    moto = await Moto.start();
    server = await QuotaServer.open(moto.url, usual);
    ec2 = new EC2Client({ region, endpoint: moto.url, credentials });
  });
  beforeEach(() => {
    server.answer = usual;
    server.denied.clear();
    server.asked.length = 0;
  });
  afterAll(async () => {
    ec2.destroy();
    await server.close();
    await moto.stop();
  });

  type Check = Parameters<typeof checkAws>[0];
  const check = (needed: NeededOfAws | undefined, more: Partial<Check> = {}) =>
    checkAws({ region, credentials, endpoint: () => server.url, needed, ...more });
  const oneDeployment = { addresses: 1, networks: 1, machines: ["t3.micro", "t3.small"] };
  const run = async (type: string, more: object = {}): Promise<string> => {
    const { Instances: [made] = [] } = await ec2.send(
      new RunInstancesCommand({
        ImageId: "ami-12c6146b",
        InstanceType: type as _InstanceType,
        MinCount: 1,
        MaxCount: 1,
        ...more,
      }),
    );
    return made?.InstanceId ?? "";
  };

  test("are told when there is room, as the role too, and asked for with its session", async () => {
    const limits = { reservedIps: 5, networks: 5, processors: 8 };
    expect(await check(oneDeployment)).toMatchObject({ kind: "works", limits });
    expect(server.asked.map(({ service, code }) => `${service}/${code}`)).toEqual(["vpc/L-F678F1CE", "ec2/L-1216C47A"]);
    expect(server.asked[0]).toMatchObject({
      credential: expect.stringMatching(
        /^AKIAIOSFODNN7EXAMPLE\/\d{8}\/eu-central-1\/servicequotas\/aws4_request$/,
      ) as string,
      token: undefined,
    });
    expect(await check(oneDeployment, { role })).toMatchObject({ kind: "works", limits });
    expect(server.asked.at(-1)?.token).toEqual(expect.stringMatching(/./));
  });

  test("are looked at for what is needed alone", async () => {
    expect(await check(undefined)).toMatchObject({ kind: "works", limits: {} });
    expect(await check({ addresses: 1, machines: ["g4dn.xlarge"] })).toMatchObject({ limits: { reservedIps: 5 } });
    expect(server.asked).toEqual([]);
  });

  test("of vCPUs count what runs on demand, of the families that the quota is of, in vCPUs", async () => {
    const running = [await run("t3.micro"), await run("c5.xlarge")];
    // None of these counts: another family's, the spot market's, one that does not run.
    running.push(await run("g4dn.xlarge"), await run("m5.large", { InstanceMarketOptions: { MarketType: "spot" } }));
    await ec2.send(new TerminateInstancesCommand({ InstanceIds: [await run("m5.4xlarge")] }));
    // 2 and 4 are used, and two machines have 2 each.
    const verdict = await check(oneDeployment);
    expect(verdict).toEqual({
      kind: "quota",
      what: `vCPUs of running on-demand standard instances in ${region}`,
      code: "L-1216C47A",
      limit: 8,
      used: 6,
      needed: 10,
    });
    expect(sentence(verdict, { provider: "AWS" })).toBe(
      "The account's quota of vCPUs of running on-demand standard instances in eu-central-1 (L-1216C47A) is 8: 6 are used, and 4 more are needed. " +
        "Have it raised by AWS (Service Quotas, in its console), remove what nobody needs, or ask for less.",
    );
    expect(await check({ addresses: 1, machines: ["t3.micro"] })).toMatchObject({ kind: "works" });
    await ec2.send(new TerminateInstancesCommand({ InstanceIds: running }));
    expect(await check(oneDeployment)).toMatchObject({ kind: "works" });
  });

  test("of VPCs count the default one too", async () => {
    for (let made = 0; made < 4; made++) await ec2.send(new CreateVpcCommand({ CidrBlock: "10.20.0.0/24" }));
    const verdict = await check(oneDeployment);
    expect(verdict).toEqual({
      kind: "quota",
      what: `VPCs in ${region}`,
      code: "L-F678F1CE",
      limit: 5,
      used: 5,
      needed: 6,
    });
    expect(sentence(verdict, { provider: "AWS" })).toContain("(L-F678F1CE) is 5: 5 are used, and 1 more are needed.");
    server.answer = quotas({ "vpc/L-F678F1CE": 6, "ec2/L-1216C47A": 8 });
    expect(await check(oneDeployment)).toMatchObject({ kind: "works", limits: { networks: 6 } });
  });

  test("of addresses are what the account's own attribute says", async () => {
    for (let made = 0; made < 5; made++) await ec2.send(new AllocateAddressCommand({ Domain: "vpc" }));
    expect(await check({ addresses: 1 })).toEqual({
      kind: "quota",
      what: `Elastic IP addresses in ${region}`,
      code: "L-0263D0A3",
      limit: 5,
      used: 5,
      needed: 6,
    });
    expect(await check({ addresses: 0 })).toMatchObject({ kind: "works" });
  });

  describe("that can't be looked at stop nobody, and are named", () => {
    const enough = { addresses: 0, networks: 1, machines: ["t3.micro"] };

    test("because the credentials may not ask for quotas", async () => {
      const message =
        "User: arn:aws:iam::123456789012:user/deployer is not authorized to perform: servicequotas:GetServiceQuota";
      server.answer = refused(400, "AccessDeniedException", message);
      const verdict = await check(enough);
      expect(verdict).toMatchObject({
        kind: "works",
        limits: { reservedIps: 5 },
        unseen: [
          "L-F678F1CE: servicequotas:GetServiceQuota is not allowed",
          "L-1216C47A: servicequotas:GetServiceQuota is not allowed",
        ],
      });
      expect(sentence(verdict, { provider: "AWS" })).toContain(
        "quotas that could not be looked at: L-F678F1CE: servicequotas:GetServiceQuota is not allowed, L-1216C47A",
      );
    });

    test("because AWS names none there", async () => {
      server.answer = quotas({ "vpc/L-F678F1CE": 9 });
      expect(await check(enough)).toMatchObject({
        limits: { reservedIps: 5, networks: 9 },
        unseen: ["L-1216C47A: servicequotas:GetServiceQuota knows none"],
      });
    });

    test.each([
      ["DescribeAccountAttributes", "L-0263D0A3"],
      ["DescribeAddresses", "L-0263D0A3"],
      ["DescribeVpcs", "L-F678F1CE"],
      ["DescribeInstances", "L-1216C47A"],
      ["DescribeInstanceTypes", "L-1216C47A"],
    ])("because the credentials may not do ec2:%s", async (action, code) => {
      server.answer = quotas({ "vpc/L-F678F1CE": 9, "ec2/L-1216C47A": 8 });
      server.denied.add(action);
      expect(await check(enough)).toMatchObject({
        kind: "works",
        unseen: [`${code}: ec2:${action} is not allowed`],
      });
    });
  });

  test.each<[string, Answer, object]>([
    ["is down", refused(503, "ServiceException", "no"), { kind: "provider-down", status: 503 }],
    ["has enough", refused(429, "TooManyRequestsException", "no"), { kind: "rate-limited" }],
    ["does not answer in time", () => undefined, { kind: "network-down", reason: "no-answer" }],
    ["breaks off", (response) => response.destroy(), { kind: "network-down", reason: "broken" }],
    [
      "breaks off in the middle",
      (response) => {
        response.writeHead(200, { "content-length": 100 }).write('{"Quota":');
        setImmediate(() => response.destroy());
      },
      { kind: "network-down", reason: "broken" },
    ],
    [
      "answers a page",
      (response) => response.writeHead(200, { "content-type": "text/html" }).end("<html>"),
      { kind: "network-down", reason: "broken" },
    ],
    [
      "answers without end",
      (response) => {
        response.writeHead(200);
        const more = (): void => {
          if (!response.destroyed) response.write("x".repeat(30_000), () => setImmediate(more));
        };
        more();
      },
      { kind: "network-down", reason: "broken" },
    ],
    [
      "sends elsewhere",
      (response) => response.writeHead(307, { location: "/elsewhere" }).end(),
      { kind: "network-down", reason: "broken" },
    ],
    [
      "says nothing of a value",
      (response) => response.writeHead(200).end('{"Quota":{"Value":"many"}}'),
      { kind: "api-changed", operation: "servicequotas:GetServiceQuota", field: "Quota.Value" },
    ],
    [
      "says what nobody knows",
      refused(400, "com.amazonaws#SomethingNew", "no"),
      { kind: "api-changed", problem: "is SomethingNew, which is not known here" },
    ],
  ])("are not guessed when Service Quotas %s: that is the verdict, without any secret", async (_, answer, kind) => {
    server.answer = answer;
    const verdict = await check({ addresses: 0, networks: 1 }, { timeoutMs: 1500 });
    expect(verdict).toMatchObject(kind);
    expect(server.asked).toHaveLength(1);
    expect(JSON.stringify(verdict) + sentence(verdict, { provider: "AWS" })).not.toContain("canary");
  });
});

test("quotas are not guessed when EC2 is down: that is the verdict, without any secret", async () => {
  const server = await StsServer.open((response, request) => {
    if (request.action === "GetCallerIdentity") identity(response, request);
    else {
      const error = "<Error><Code>Unavailable</Code><Message>no</Message></Error>";
      xml(response, 503, `<Response><Errors>${error}</Errors></Response>`);
    }
  });
  const verdict = await checkAws({ region, credentials, endpoint: () => server.url, needed: { addresses: 1 } });
  await server.close();
  expect(verdict).toMatchObject({ kind: "provider-down", status: 503 });
  expect(JSON.stringify(verdict)).not.toContain("canary");
});

test.each([
  ["DigitalOcean", "DIGITALOCEAN_API_URL"],
  ["AWS", "AWS_ENDPOINT_URL"],
] as const)("out of reach, %s's address is looked for in its own variable", (provider, variable) => {
  for (const reason of ["refused", "dns"] as const)
    expect(sentence({ kind: "network-down", reason, cause: "no" }, { provider })).toContain(`(${variable})`);
});
