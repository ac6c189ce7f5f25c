import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

import { z } from "zod";

import { home as homeOf, projectRoot } from "../../../cli/home";
import { pulumi, type PulumiResult, tryPulumi } from "../../../cli/pulumi";
import { FaultyApi } from "../../engine/aws/faulty";
import { Moto } from "./moto";

jest.setTimeout(300_000);

const admin = "203.0.113.7/32";

/** The components on the real engine, against moto with nothing behind it: no machine boots. */
describe("a deployment's resources on AWS, on the engine", () => {
  const directory = mkdtempSync(join(tmpdir(), "deploy4me-aws-"));
  const project = join(directory, "project");
  const home = homeOf({ DEPLOY4ME_HOME: directory });
  let moto: Moto;
  let api: FaultyApi;

  beforeAll(async () => {
    moto = await Moto.start();
    api = await FaultyApi.start(moto.url);
    mkdirSync(project);
    const main = require.resolve("./engine-program");
    writeFileSync(join(project, "Pulumi.yaml"), JSON.stringify({ name: "test", runtime: "nodejs", main }));
    writeFileSync(join(directory, "no-token"), "none");
    await run("stack", "init", "engine");
  });
  afterAll(async () => {
    await api.stop();
    await moto.stop();
    rmSync(directory, { recursive: true });
  });

  const access = { apiUrl: "http://127.0.0.1:9", tokenFile: join(directory, "no-token"), deployer: admin };
  const options = (adminAccess = admin) => ({
    cwd: project,
    timeoutMs: 240_000,
    environment: {
      DEPLOY4ME_ADMIN_ACCESS: adminAccess,
      AWS_ENDPOINT_URL: api.url,
      AWS_ACCESS_KEY_ID: "key-of-the-engine-test",
      AWS_SECRET_ACCESS_KEY: "secret-of-the-engine-test",
      AWS_REGION: "eu-central-1",
    },
  });
  const run = (...args: string[]): Promise<PulumiResult> => pulumi(home, access, args, options());
  const up = (...more: string[]) => run("up", "--yes", "--skip-preview", "--stack", "engine", ...more);
  const outputs = async () =>
    z
      .record(z.string(), z.string())
      .parse(JSON.parse((await run("stack", "output", "--json", "--stack", "engine")).stdout));
  /** As boto3 sees the account, which is somebody else's client. */
  const asked = async (script: string): Promise<unknown> => {
    const python = join(projectRoot(), ".deploy4me", "moto", "bin", "python");
    const prelude = `import boto3, json\nof = lambda s: boto3.client(s, endpoint_url="${moto.url}", region_name="eu-central-1", aws_access_key_id="a", aws_secret_access_key="b")\n`;
    const { stdout } = await promisify(execFile)(python, ["-c", prelude + script], { timeout: 60_000 });
    return JSON.parse(stdout);
  };
  const instances = async () =>
    z.array(z.string()).parse(
      await asked(`print(json.dumps(sorted(t["Value"] for r in of("ec2").describe_instances(Filters=[{"Name": "instance-state-name", "Values": ["running"]}])["Reservations"]
  for i in r["Instances"] for t in i["Tags"] if t["Key"] == "Name")))`),
    );

  test("are in the state when they are half made: not one is made twice", async () => {
    api.refused.add("AttachInternetGateway");
    const failed = await tryPulumi(home, access, ["up", "--yes", "--skip-preview", "--stack", "engine"], options());
    expect(failed.code).not.toBe(0);
    expect(failed.stdout + failed.stderr).toContain("You are not authorized: AttachInternetGateway");
    const { stdout } = await run("stack", "export", "--stack", "engine");
    expect(stdout).toMatch(/"id": "igw-[0-9a-f]+",\s+"type": "aws:ec2\/internetGateway:InternetGateway"/);
    await up();
    await expect(
      asked(
        `print(json.dumps([len(g["Attachments"]) for g in of("ec2").describe_internet_gateways()["InternetGateways"]]))`,
      ),
    ).resolves.toEqual([1]);
  });

  test("are made, and then nothing is left to change, nor after a refresh", async () => {
    await up("--expect-no-changes", "--refresh");
    await expect(instances()).resolves.toEqual(["test-engine-office-bastion", "test-engine-office-wiki"]);
  });

  test("are in the eyes of boto3 what the components declared: metadata, disks, groups, routes, bucket", async () => {
    const seen = await asked(`
ec2, s3 = of("ec2"), of("s3")
machines = [i for r in ec2.describe_instances()["Reservations"] for i in r["Instances"]]
groups = {g["GroupId"]: g["GroupName"].rsplit("-", 1)[-1] for g in ec2.describe_security_groups()["SecurityGroups"]}
def peers(p): return [r["CidrIp"] for r in p["IpRanges"]] + [r["CidrIpv6"] for r in p["Ipv6Ranges"]] + [groups[g["GroupId"]] for g in p["UserIdGroupPairs"]]
def rules(name, key): return sorted(f'{p["IpProtocol"]}/{p["FromPort"]} {peer}' for g in ec2.describe_security_groups(Filters=[{"Name": "group-name", "Values": ["test-engine-office-" + name]}])["SecurityGroups"] for p in g[key] for peer in peers(p))
bucket = [b["Name"] for b in s3.list_buckets()["Buckets"] if "backups" in b["Name"]][0]
vpc = [v for v in ec2.describe_vpcs()["Vpcs"] if v["CidrBlock"] == "10.20.0.0/24"][0]["VpcId"]
print(json.dumps({
  "tokens": [m["MetadataOptions"]["HttpTokens"] for m in machines],
  "disks": [[v["Encrypted"], v["VolumeType"]] for v in ec2.describe_volumes()["Volumes"]],
  "serverIn": rules("server", "IpPermissions"),
  "serverOut": rules("server", "IpPermissionsEgress"),
  "default": [g["IpPermissions"] + g["IpPermissionsEgress"] for g in ec2.describe_security_groups(Filters=[{"Name": "vpc-id", "Values": [vpc]}, {"Name": "group-name", "Values": ["default"]}])["SecurityGroups"]],
  "gateways": sorted(r["GatewayId"].split("-")[0] + " " + (r.get("DestinationCidrBlock") or r.get("DestinationIpv6CidrBlock")) for t in ec2.describe_route_tables(Filters=[{"Name": "vpc-id", "Values": [vpc]}])["RouteTables"] if t["Tags"] for r in t["Routes"] if r.get("GatewayId", "").startswith("igw")),
  "nat": len(ec2.describe_nat_gateways()["NatGateways"]),
  "encryption": s3.get_bucket_encryption(Bucket=bucket)["ServerSideEncryptionConfiguration"]["Rules"][0]["ApplyServerSideEncryptionByDefault"]["SSEAlgorithm"],
  "versioning": s3.get_bucket_versioning(Bucket=bucket)["Status"],
  "private": all(s3.get_public_access_block(Bucket=bucket)["PublicAccessBlockConfiguration"].values()),
}))`);
    expect(seen).toEqual({
      tokens: ["required", "required"],
      disks: [
        [true, "gp3"],
        [true, "gp3"],
      ],
      serverIn: ["tcp/22 bastion", "tcp/80 bastion", "tcp/8080 bastion"],
      serverOut: ["tcp/3128 bastion", "tcp/53 bastion", "udp/123 bastion", "udp/53 bastion"],
      default: [[]],
      gateways: ["igw 0.0.0.0/0", "igw ::/0"],
      nat: 0,
      encryption: "AES256",
      versioning: "Enabled",
      private: true,
    });
  });

  test("hold no private key in plain text", async () => {
    const { stdout } = await run("stack", "export", "--stack", "engine");
    expect(stdout).toContain("ssh-ed25519 ");
    expect(stdout).not.toContain("PRIVATE KEY");
  });

  test("come back when the bastion was terminated behind our back: it alone, with its address, its key and what was on it", async () => {
    const before = await outputs();
    await asked(`of("ec2").terminate_instances(InstanceIds=["${before.bastion ?? ""}"]); print("0")`);
    const { stdout } = await run("up", "--yes", "--stack", "engine");
    const [preview = "", update] = stdout.split("\nUpdating");
    expect(preview).toMatch(/\+-.*bastion-machine.*replace/);
    expect(stdout).not.toMatch(/wiki-machine/);
    expect(update).toMatch(/\+-.*bastion-machine.*replaced/);
    const after = await outputs();
    expect(after).toEqual({ ...before, bastion: after.bastion, onBastion: after.onBastion });
    expect(after.bastion).not.toBe(before.bastion);
  });

  test("let an administrator in whose address changed: by another bastion alone", async () => {
    const before = await outputs();
    await pulumi(home, access, ["up", "--yes", "--skip-preview", "--stack", "engine"], options("198.51.100.7/32"));
    const after = await outputs();
    expect(after).toEqual({ ...before, bastion: after.bastion, onBastion: after.onBastion });
    expect(after.bastion).not.toBe(before.bastion);
  });

  test("show rules that somebody removed and added by hand, and nothing else after all that, and put them right", async () => {
    const prelude = `
ec2 = of("ec2")
ids = {g["GroupName"].rsplit("-", 1)[-1]: g["GroupId"] for g in ec2.describe_security_groups()["SecurityGroups"]}
def rules(name): return [r for r in ec2.describe_security_group_rules(Filters=[{"Name": "group-id", "Values": [ids[name]]}])["SecurityGroupRules"]]
def ports(name): return sorted(f'{r["IsEgress"]} {r["IpProtocol"]} {r["FromPort"]}' for r in rules(name))
`;
    const ports = () => asked(`${prelude}print(json.dumps([ports("bastion"), ports("server")]))`);
    const before = await ports();
    await asked(`${prelude}
everything = [{"IpProtocol": "-1", "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}]
ec2.authorize_security_group_ingress(GroupId=ids["bastion"], IpPermissions=everything)
ec2.authorize_security_group_egress(GroupId=ids["server"], IpPermissions=everything)
removed = [r["SecurityGroupRuleId"] for r in rules("server") if r["FromPort"] == 80]
ec2.revoke_security_group_ingress(GroupId=ids["server"], SecurityGroupRuleIds=removed)
print("0")`);
    const stack = ["--stack", "engine"];
    const now = options("198.51.100.7/32");
    const { stdout } = await pulumi(home, access, ["up", "--yes", "--refresh", "--diff", ...stack], now);
    const [preview = ""] = stdout.split("\nUpdating");
    expect(preview).toMatch(/server-ingress-software-80/);
    expect(preview).toMatch(/bastion-only[\s\S]*ingressRuleIds/);
    expect(preview).toMatch(/server-only[\s\S]*egressRuleIds/);
    expect(preview).toMatch(/\+ 1 to create\n\s+~ 2 to update\n\s+3 changes\. \d+ unchanged/);
    expect(await ports()).toEqual(before);
  });

  test("go without a trace", async () => {
    await run("destroy", "--yes", "--skip-preview", "--stack", "engine");
    const left = await asked(`
ec2, s3, iam, dns = of("ec2"), of("s3"), of("iam"), of("route53")
print(json.dumps({
  "vpcs": [v["CidrBlock"] for v in ec2.describe_vpcs()["Vpcs"] if not v["IsDefault"]],
  "addresses": ec2.describe_addresses()["Addresses"],
  "running": [i["InstanceId"] for r in ec2.describe_instances()["Reservations"] for i in r["Instances"] if i["State"]["Name"] != "terminated"],
  "volumes": [v["VolumeId"] for v in ec2.describe_volumes()["Volumes"]],
  "keys": ec2.describe_key_pairs()["KeyPairs"],
  "buckets": [b["Name"] for b in s3.list_buckets()["Buckets"]],
  "roles": [r["RoleName"] for r in iam.list_roles()["Roles"]],
  "profiles": [p["InstanceProfileName"] for p in iam.list_instance_profiles()["InstanceProfiles"]],
  "zones": [z["Name"] for z in dns.list_hosted_zones()["HostedZones"]],
}, default=str))`);
    expect(left).toEqual({
      vpcs: [],
      addresses: [],
      running: [],
      volumes: [],
      keys: [],
      buckets: [],
      roles: [],
      profiles: [],
      zones: [],
    });
  });
});
