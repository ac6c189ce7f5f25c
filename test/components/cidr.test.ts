import { contains, isAnywhere, isPrivateRange, isPublicAddress, overlaps, parseCidr } from "../../components/cidr";

const range = (text: string) => {
  const parsed = parseCidr(text);
  if (!parsed) throw new Error(`not a range: ${text}`);
  return parsed;
};

describe("address ranges", () => {
  test.each([
    ["192.0.2.0/24", "192.0.2.0/24"],
    ["192.0.2.7", "192.0.2.7/32"],
    ["2001:DB8:0::/32", "2001:db8::/32"],
    ["0.0.0.0/0", "0.0.0.0/0"],
    ["::/0", "::/0"],
  ])("%s is read as %s", (text, canonical) => {
    expect(parseCidr(text)?.text).toBe(canonical);
  });

  test.each([
    "",
    "192.0.2.1/24",
    "192.0.2.0/33",
    "192.0.2/24",
    "300.1.1.1",
    "2001:db8::1/64",
    "::/129",
    "host",
    "1",
    "10.0.0.0/24 ",
  ])("%p is none", (text) => {
    expect(parseCidr(text)).toBeUndefined();
  });

  test("overlap when they share an address", () => {
    expect(overlaps(range("10.0.0.0/8"), range("10.20.0.0/24"))).toBe(true);
    expect(overlaps(range("10.20.0.0/24"), range("10.20.0.128/25"))).toBe(true);
    expect(overlaps(range("10.20.0.0/24"), range("10.20.1.0/24"))).toBe(false);
    expect(overlaps(range("0.0.0.0/0"), range("::/0"))).toBe(false);
  });

  test("contain addresses of their own family", () => {
    expect(contains(range("203.0.113.0/29"), "203.0.113.2")).toBe(true);
    expect(contains(range("203.0.113.0/29"), "203.0.113.9")).toBe(false);
    expect(contains(range("2001:db8::/64"), "2001:db8::7")).toBe(true);
    expect(contains(range("::/0"), "203.0.113.2")).toBe(false);
  });

  test("halves of the internet are the internet", () => {
    expect(isAnywhere(range("0.0.0.0/0"))).toBe(true);
    expect(isAnywhere(range("128.0.0.0/1"))).toBe(true);
    expect(isAnywhere(range("2000::/3"))).toBe(true);
    expect(isAnywhere(range("203.0.113.0/24"))).toBe(false);
  });

  test("are private only as a whole", () => {
    expect(isPrivateRange(range("172.16.0.0/12"))).toBe(true);
    expect(isPrivateRange(range("172.16.0.0/11".replace("16", "0")))).toBe(false);
    expect(isPrivateRange(range("192.0.2.0/24"))).toBe(false);
  });

  test("addresses that others can see are told from those they can't", () => {
    for (const address of ["203.0.113.2", "8.8.8.8", "2001:db8::1"]) expect(isPublicAddress(address)).toBe(true);
    for (const address of ["10.0.0.1", "127.0.0.1", "169.254.1.1", "100.64.0.1", "fe80::1", "fd00::1", "x"]) {
      expect(isPublicAddress(address)).toBe(false);
    }
  });
});
