import { overlaps, parseCidr } from "../../../components/cidr";
import { ipv6Subnet, subnetRanges } from "../../../components/aws/subnets";

test("a range is cut into four that fill it and do not overlap", () => {
  for (const range of ["10.20.0.0/24", "10.20.0.0/16", "192.168.255.192/26", "172.16.128.0/17"]) {
    const { public: open, private: closed } = subnetRanges(range, 1);
    const parts = [...open, ...closed].map((text) => parseCidr(text));
    const whole = parseCidr(range);
    parts.forEach((part, index) => {
      expect(part && whole && overlaps(part, whole)).toBe(true);
      expect(part?.prefix).toBe((whole?.prefix ?? 0) + 2);
      for (const other of parts.slice(index + 1)) expect(part && other && overlaps(part, other)).toBe(false);
    });
  }
});

test("the parts of the default range", () => {
  expect(subnetRanges("10.20.0.0/24", 1)).toEqual({
    public: ["10.20.0.0/26", "10.20.0.64/26"],
    private: ["10.20.0.128/26", "10.20.0.192/26"],
  });
});

test("a range is refused that AWS makes no four subnets of", () => {
  expect(() => subnetRanges("10.20.0.0/27", 1)).toThrow(/^networkRange has to be a \/26 or larger on AWS/);
});

test("so is one whose servers do not fit into a zone's part, without the five addresses that AWS keeps", () => {
  expect(() => subnetRanges("10.20.0.0/26", 11)).not.toThrow();
  expect(() => subnetRanges("10.20.0.0/26", 12)).toThrow(/has to have room for 12 servers in one zone/);
});

test.each([
  ["2001:db8:1234:1a00::/56", 0, "2001:db8:1234:1a00::/64"],
  ["2001:db8:1234:1a00::/56", 1, "2001:db8:1234:1a01::/64"],
  ["2001:db8:0:ff00::/56", 255, "2001:db8:0:ffff::/64"],
  ["2001:db8::/56", 1, "2001:db8:0:1::/64"],
])("the subnet of %s with number %i is %s", (range, index, subnet) => {
  expect(ipv6Subnet(range, index)).toBe(subnet);
});
