import { findMistakesOnAws } from "../../../components/aws/checks";
import { BusinessDeployment } from "../../../components/aws/deployment";
import { fitting } from "../../../components/aws/instance";
import { bucketPrefix } from "../../../components/aws/private-bucket";
import { findUnavailable } from "../../../components/aws/sizes";
import { type Registered, settled } from "../recorded";
import { playCloud } from "./mocks";

/** AWS's own rules, which moto does not have: each at its edge. */
const identity = { project: "deploy4me", stack: "sandbox", deployment: "office" };
const request = { adminAccess: ["203.0.113.7/32"], networkRange: "10.20.0.0/24", software: [] };
const mistakes = (change: object): string[] =>
  findMistakesOnAws({ ...request, ...change }).map(({ path, expected }) => `${path.join(".")} ${expected}`);

describe("rules of a security group: 60 of each family", () => {
  const ranges = (family: "IPv4" | "IPv6", count: number): string[] =>
    Array.from({ length: count }, (_, index) =>
      family === "IPv4" ? `203.0.113.${index}/32` : `2001:db8:${index}::/48`,
    );

  test.each(["IPv4", "IPv6"] as const)("53 ranges in %s are left to administrators, and not one more", (family) => {
    expect(mistakes({ adminAccess: ranges(family, 53) })).toEqual([]);
    expect(mistakes({ adminAccess: ranges(family, 54) })).toEqual([
      `adminAccess must not name more than 53 ${family} ranges on AWS, whose security groups have 60 rules a family: it names 54`,
    ]);
  });

  test("the families do not count together", () => {
    expect(mistakes({ adminAccess: [...ranges("IPv4", 53), ...ranges("IPv6", 53)] })).toEqual([]);
  });
});

describe("the value of a tag", () => {
  test.each(["", " office", "office ", "a\nb", "who?", "a".repeat(257)])("is not %j", (owner) => {
    expect(mistakes({ owner })).toEqual([expect.stringMatching(/^owner has to be what AWS takes for a tag: 1 to 256/)]);
  });

  test.each(["aws:office", "AWS:office"])("does not begin as AWS's own: %s", (owner) => {
    expect(mistakes({ owner })).toEqual(["owner must not begin with aws:, which AWS keeps for tags of its own"]);
  });

  test.each(["a", "a".repeat(256), "Büro & Co".replace("&", "+"), "cost:4711/x=y@z", "awsome", "日本"])(
    "may be %s",
    (owner) => {
      expect(mistakes({ owner })).toEqual([]);
    },
  );
});

describe("instance types", () => {
  const regions = [{ slug: "eu-central-1", available: true }];
  const known = [{ slug: "t3.micro", memory: 1024 }];
  const wrong = (size: string): string[] =>
    findUnavailable("eu-central-1", [{ path: ["bastionSize"], size, memoryMb: 512 }], regions, known).map(
      ({ expected }) => expected,
    );

  test.each(["a1.large", "t4g.micro", "c7gn.large", "im4gn.large", "x2gd.metal"])(
    "%s has a processor that the image is not for",
    (size) => {
      expect(wrong(size)).toEqual([expect.stringMatching(/^has to have an x86 processor/)]);
    },
  );

  test("one of a family that is known whole is a slip, when it is not among them", () => {
    expect(wrong("t3.9xlarge")).toEqual([expect.stringMatching(/^has to be an EC2 instance type/)]);
  });

  test.each(["g4dn.xlarge", "u7i-12tb.224xlarge", "m7i.metal-24xl"])("%s is left to AWS to know", (size) => {
    expect(wrong(size)).toEqual([]);
  });
});

describe("names of buckets", () => {
  const long = { project: "p".repeat(40), stack: "s".repeat(40), deployment: "d".repeat(40) };

  test("leave the provider the 26 characters that it draws, of 63", () => {
    for (const part of ["backups", "flows"]) {
      expect(bucketPrefix({ identity: long }, part).length).toBeLessThanOrEqual(63 - 26);
      expect(bucketPrefix({ identity }, part)).toBe(`deploy4me-sandbox-office-${part}-`);
    }
  });

  test("have nothing in them that is none of a name's, wherever they are cut", () => {
    for (let length = 1; length < 40; length++) {
      const prefix = bucketPrefix({ identity: { ...identity, project: "p".repeat(length) } }, "backups");
      expect(prefix).toMatch(/^[a-z0-9][a-z0-9-]*-backups-$/);
      expect(prefix).not.toContain("--");
    }
  });

  test.each(["sthree-office", "amzn-s3-demo-office"])("do not begin as S3's own: %s", (project) => {
    expect(bucketPrefix({ identity: { ...identity, project } }, "backups")).toMatch(new RegExp(`^bucket-${project}-`));
  });
});

describe("a deployment", () => {
  let made: Registered[];
  const deploy = async (project: string, adminAccess: readonly string[]): Promise<void> => {
    made = playCloud(project);
    new BusinessDeployment("office", {
      domain: "example.com",
      region: "eu-central-1",
      adminAccess,
      software: [{ name: "wiki", software: "dokuwiki", parameters: { title: "Our wiki" } }],
      tls: { issuer: "private-ca" },
    });
    await settled();
  };
  const of = (type: RegExp) => made.filter((one) => type.test(one.type));

  test("has a rule for each range, also where two have the same groups", async () => {
    const ranges = ["2001:db8::1/128", "2001:db8:1::/128", "2001:db8:1::/64"];
    await deploy("deploy4me", ranges);
    const ssh = of(/SecurityGroupIngressRule$/).filter(({ inputs }) => inputs.fromPort === 22 && inputs.cidrIpv6);
    expect(ssh.map(({ inputs }) => String(inputs.cidrIpv6)).sort()).toEqual([...ranges].sort());
    expect(new Set(ssh.map(({ name }) => name)).size).toBe(ranges.length);
  });

  // EC2 API reference, «IpRange»: 255 characters at most.
  test("describes its rules in characters that AWS takes", async () => {
    await deploy("deploy4me", ["203.0.113.7/32", "2001:db8::/48"]);
    const rules = of(/SecurityGroup(In|E)gressRule$/);
    expect(rules.length).toBeGreaterThan(25);
    for (const { inputs } of [...rules, ...of(/:SecurityGroup$/)])
      expect(inputs.description).toMatch(/^[A-Za-z0-9. _\-:/()#,@[\]+=&;{}!$*]{1,255}$/);
  });

  test("has groups whose names are no ids: none begins with sg-", async () => {
    await deploy("sg", ["203.0.113.7/32"]);
    const names = of(/:SecurityGroup$/).map(({ inputs }) => inputs.name);
    expect(names).toEqual(["group-sg-sandbox-office-bastion", "group-sg-sandbox-office-server"]);
  });

  test("has names that IAM takes for a role: 64 characters at most", async () => {
    await deploy("p".repeat(80), ["203.0.113.7/32"]);
    for (const { inputs } of of(/:(Role|InstanceProfile)$/)) expect(inputs.name).toMatch(/^[\w+=,.@-]{1,64}$/);
  });
});

test("user data that is larger than EC2 takes is refused before the machine is", () => {
  expect(fitting("a".repeat(16_384))).toHaveLength(16_384);
  expect(() => fitting("ä".repeat(8193))).toThrow(/^user data of 16386 bytes: EC2 takes 16384/);
});
