import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import type { World } from "../../fixture/world";
import type { CloudKind } from "../cloud";
import { commonMistakes } from "../mistakes";
import { AwsAccount, type AwsAccess, region } from "./account";

export const aws: CloudKind = {
  title: "AWS",
  start: { aws: true },
  ranges: (sandbox) => {
    if (sandbox.aws === undefined) throw new Error("the sandbox has no AWS");
    return sandbox.aws.ranges;
  },
  room: ({ awsRoom }) => awsRoom,
  region,
  settings: { cloud: "aws", region },
  adminAccessVariable: "DEPLOY4ME_AWS_ADMIN_ACCESS",
  environment: (world) => {
    const { accessKeyId, secretAccessKey } = accessOf(world).credentials;
    return { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey };
  },
  secretFiles: (world) => [secretKeyFile(world)],
  machineType: "aws:ec2/instance:Instance",
  // An elastic address alone: EC2 translates it, and the machine has none of its own.
  bastionAddresses: ["reserved", "ipv6"],
  firewallDrift: { resource: "office-network-groups-bastion-only", shows: /ingressRuleIds/ },
  askMetadata: `
def ask(opener):
    service = "http://169.254.169.254/latest/"
    seconds = {"X-aws-ec2-metadata-token-ttl-seconds": "60"}
    request = urllib.request.Request(service + "api/token", method="PUT", headers=seconds)
    token = opener.open(request, timeout=3).read().decode()
    request = urllib.request.Request(service + "meta-data/instance-id", headers={"X-aws-ec2-metadata-token": token})
    return opener.open(request, timeout=3).status
`,
  mistakes: [
    ...commonMistakes,
    {
      title: "a private network that Docker has on many machines",
      config: { networkRange: "172.17.8.0/24" },
      sentence:
        /networkRange must not overlap 172\.17\.0\.0\/16, which the cloud keeps for itself \(it is 172\.17\.8\.0\/24\)\./,
    },
    // VPCs of one account may have the same range, unlike on DigitalOcean; but four subnets have to fit.
    {
      title: "a private network that is too small for its subnets",
      config: { networkRange: "10.77.0.0/27" },
      sentence: /networkRange has to be a \/26 or larger on AWS, .* \(it is 10\.77\.0\.0\/27\)\./,
    },
    {
      title: "a region that does not have the size",
      config: { bastionSize: "m9.nowhere" },
      sentence:
        /bastionSize has to be an EC2 instance type that region eu-central-1 has, such as t3\.micro \(it is m9\.nowhere\)\./,
      byCloud: true,
    },
    {
      title: "a size that is too small for the software",
      config: { software: [{ name: "blog", software: "wordpress", size: "t3.nano" }] },
      sentence: /software\[0\]\.size has to have at least 1024 MB of memory; it has 512 \(it is t3\.nano\)\./,
      byCloud: true,
    },
  ],
  account: (world) => new AwsAccount(accessOf(world)),
  watcher: (world) => Promise.resolve(new AwsAccount(accessOf(world))),
  deployed: () => Promise.resolve(),
};

function accessOf(world: World): AwsAccess {
  const { endpointUrl: endpoint = "" } = world.cloud.aws ?? {};
  return { endpoint, region, credentials: { accessKeyId: "AKIAENDTOENDTESTS000", secretAccessKey: secretKey(world) } };
}

function secretKeyFile({ directory }: World): string {
  return join(directory, "aws-secret-key");
}

/** The sandbox takes any: one that is found nowhere else can be looked for. */
function secretKey(world: World): string {
  const file = secretKeyFile(world);
  mkdirSync(world.directory, { recursive: true, mode: 0o700 });
  if (!existsSync(file)) writeFileSync(file, `${randomBytes(30).toString("base64url")}\n`, { mode: 0o600 });
  return readFileSync(file, "utf8").trim();
}
