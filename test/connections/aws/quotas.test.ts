import { AllocateAddressCommand, EC2Client } from "@aws-sdk/client-ec2";

import { checkAws } from "../../../connections/aws/check";
import { sentence } from "../../../connections/sentence";
import { Moto } from "../../components/aws/moto";
import { identity, StsServer, xml } from "./sts-server";

const region = "eu-central-1";
const credentials = { accessKeyId: "AKIAIOSFODNN7EXAMPLE", secretAccessKey: "canary-secret" };
const role = { arn: "arn:aws:iam::123456789012:role/deploy4me" };

describe("an account's quota of addresses", () => {
  let moto: Moto;
  beforeAll(async () => {
    moto = await Moto.start();
  });
  afterAll(() => moto.stop());

  test("is told when there is room, as the role too, and is a verdict when there is none", async () => {
    const check = (more: Partial<Parameters<typeof checkAws>[0]> = {}) =>
      checkAws({ region, credentials, endpoint: () => moto.url, needed: { addresses: 1 }, ...more });
    expect(await check()).toMatchObject({ kind: "works", limits: { reservedIps: 5 } });
    expect(await check({ role })).toMatchObject({ kind: "works", limits: { reservedIps: 5 } });
    expect(await check({ needed: undefined })).toMatchObject({ kind: "works", limits: {} });

    const ec2 = new EC2Client({ region, endpoint: moto.url, credentials });
    for (let made = 0; made < 5; made++) await ec2.send(new AllocateAddressCommand({ Domain: "vpc" }));
    ec2.destroy();
    const verdict = await check();
    expect(verdict).toEqual({ kind: "quota", what: `Elastic IP addresses in ${region}`, limit: 5, needed: 6 });
    expect(sentence(verdict, { provider: "AWS" })).toBe(
      "The account's quota of Elastic IP addresses in eu-central-1 is 5, and 6 are needed. Have it raised by AWS, or ask for less.",
    );
  });
});

describe("when quotas can't be looked at", () => {
  let server: StsServer | undefined;
  afterEach(() => server?.close());

  const check = async (status: number, code: string) => {
    server = await StsServer.open((response, request) => {
      if (request.action === "GetCallerIdentity") identity(response, request);
      else
        xml(
          response,
          status,
          `<Response><Errors><Error><Code>${code}</Code><Message>no</Message></Error></Errors></Response>`,
        );
    });
    const { url } = server;
    return checkAws({ region, credentials, endpoint: () => url, needed: { addresses: 1 } });
  };

  test("because the credentials may not, the connection works", async () => {
    expect(await check(403, "UnauthorizedOperation")).toMatchObject({ kind: "works", limits: {} });
  });

  test("because AWS fails, that is the verdict, without any secret", async () => {
    const verdict = await check(503, "Unavailable");
    expect(verdict).toMatchObject({ kind: "provider-down", status: 503 });
    expect(JSON.stringify(verdict)).not.toContain("canary");
  });
});

test.each([
  ["DigitalOcean", "DIGITALOCEAN_API_URL"],
  ["AWS", "AWS_ENDPOINT_URL"],
] as const)("out of reach, %s's address is looked for in its own variable", (provider, variable) => {
  for (const reason of ["refused", "dns"] as const)
    expect(sentence({ kind: "network-down", reason, cause: "no" }, { provider })).toContain(`(${variable})`);
});
