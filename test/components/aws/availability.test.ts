import { checkMemory, checkRegion, chooseZones } from "../../../components/aws/availability";

const wanted = [
  { path: ["bastionSize"], size: "t3.micro", memoryMb: 512 },
  { path: ["software", 0, "size"], size: "t3.small", memoryMb: 1024 },
];
const zones = ["eu-central-1c", "eu-central-1a", "eu-central-1b"];
const offered = (...pairs: readonly string[]) =>
  pairs.map((pair) => {
    const [size = "", zone = ""] = pair.split("@");
    return { size, zone: `eu-central-1${zone}` };
  });

test("a region that the account has not switched on is refused, with those that it has", () => {
  expect(() => {
    checkRegion("eu-central-2", ["us-east-1", "eu-central-1"]);
  }).toThrow(
    /^region has to be one that the AWS account has switched on: eu-central-1, us-east-1 \(it is eu-central-2\)/,
  );
});

test("machines go where every size can be had; the second zone is any other", () => {
  const offers = offered("t3.micro@a", "t3.micro@b", "t3.micro@c", "t3.small@b");
  expect(chooseZones("eu-central-1", wanted, zones, offers)).toEqual(["eu-central-1b", "eu-central-1a"]);
});

test("the choice does not depend on the order of the answer", () => {
  const offers = offered("t3.micro@a", "t3.micro@b", "t3.small@a", "t3.small@b");
  expect(chooseZones("eu-central-1", wanted, zones, offers)).toEqual(
    chooseZones("eu-central-1", wanted, [...zones].reverse(), [...offers].reverse()),
  );
});

test("a size that the region does not have is refused where it was asked for", () => {
  expect(() => chooseZones("eu-central-1", wanted, zones, offered("t3.micro@a"))).toThrow(
    /^software\[0\]\.size has to be an EC2 instance type that region eu-central-1 has/,
  );
});

test("so are sizes that no one zone has all of", () => {
  expect(() => chooseZones("eu-central-1", wanted, zones, offered("t3.micro@a", "t3.small@b"))).toThrow(
    /^region has to have one zone with all of t3\.micro, t3\.small/,
  );
});

test("and a region with a single zone", () => {
  const offers = offered("t3.micro@a", "t3.small@a");
  expect(() => chooseZones("eu-central-1", wanted, ["eu-central-1a"], offers)).toThrow(/two availability zones/);
});

test("a size without the memory that the software needs is refused", () => {
  expect(() => {
    checkMemory(wanted, { "t3.micro": 1024, "t3.small": 512 });
  }).toThrow(/^software\[0\]\.size has to have at least 1024 MB of memory; it has 512/);
});
