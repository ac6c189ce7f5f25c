import { existsSync, readdirSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { NetworkRangeRefused, NoSandboxFree } from "../../../../sandbox/hosts/network";
import { layoutOf, sandboxCount } from "../../../../sandbox/hosts/network/addresses";
import { conflict, foreignRanges } from "../../../../sandbox/hosts/network/neighbourhood";
import { checkRanges } from "../../../../sandbox/hosts/network/private-networks";
import { Registry } from "../../../../sandbox/hosts/network/registry";

/** A registry of its own: the machine's may have other sandboxes in it. */
let place: string;
let registry: Registry;

beforeEach(async () => {
  place = await mkdtemp(join(tmpdir(), "deploy4me-registry-"));
  registry = new Registry(join(place, "run", "network"));
});
afterEach(() => rm(place, { recursive: true, force: true }));

test("every sandbox has addresses of its own, all of them for documentation", () => {
  expect(layoutOf(3).ranges).toEqual({
    public: ["203.0.113.96/27"],
    reserved: ["198.51.100.96/27"],
    ipv6: ["2001:db8:3:1::/64"],
    reservedIpv6: ["2001:db8:3:3::/64"],
    deployer: { ipv4: "203.0.113.98" },
    visitor: { ipv4: "203.0.113.99", ipv6: "2001:db8:3:2::3", namespace: "d4m-3-visitor" },
  });
});

test("addresses that this machine uses for something else are left alone", () => {
  const uses = [
    { range: "203.0.113.80/32", what: "a package registry of this machine" },
    { range: "198.51.100.0/28", what: "on this machine's link lab0" },
  ];
  expect(conflict(2, uses)).toBe("203.0.113.64/27 holds 203.0.113.80, which is a package registry of this machine");
  expect(conflict(0, uses)).toBe("198.51.100.0/27 holds 198.51.100.0/28, which is on this machine's link lab0");
  expect(conflict(1, uses)).toBeUndefined();
  // Nobody's sandbox can be there, so the way out may lead there.
  const foreign = foreignRanges(1, (index) => conflict(index, uses));
  expect(foreign).not.toContain("203.0.113.64/27");
  expect(foreign).not.toContain("203.0.113.32/27");
  expect(foreign).toContain("203.0.113.96/27");
});

test("when none is left, the error says who has them", async () => {
  const claim = registry.claim(join(place, "a"), (index) => `number ${index} is taken`);
  await expect(claim).rejects.toBeInstanceOf(NoSandboxFree);
  await expect(claim).rejects.toThrow("number 0 is taken; number 1 is taken");
});

test("an index that is not open goes to nobody else while there are others", async () => {
  const mine = await registry.claim(join(place, "a"), () => undefined);
  await registry.close(mine);
  expect(await registry.claim(join(place, "b"), () => undefined)).not.toBe(mine);
  expect(await registry.claim(join(place, "a"), () => undefined)).toBe(mine);
});

test("an index that is not open is given away when no other is left; its first owner gets another one then", async () => {
  const mine = await registry.claim(join(place, "a"), () => undefined);
  await registry.close(mine);
  expect(await registry.claim(join(place, "b"), (index) => (index === mine ? undefined : "taken"))).toBe(mine);
  expect(await registry.claim(join(place, "a"), () => undefined)).not.toBe(mine);
});

test("the index of a directory that is gone is free before that of one that is there", async () => {
  const gone = await registry.claim(join(place, "gone"), (index) => (index === 4 ? undefined : "taken"));
  const there = await registry.claim(join(place, "there"), (index) => (index === 2 ? undefined : "taken"));
  await registry.close(gone);
  await registry.close(there);
  await rm(join(place, "gone"), { recursive: true });
  const oneOfThem = (index: number) => (index === gone || index === there ? undefined : "taken");
  expect(await registry.claim(join(place, "b"), oneOfThem)).toBe(gone);
});

test("many claims at once all get their own", async () => {
  const claims = Array.from({ length: sandboxCount }, (_, at) =>
    registry.claim(join(place, `d${at}`), () => undefined),
  );
  expect(new Set(await Promise.all(claims)).size).toBe(sandboxCount);
});

test("a directory remembers its index when the machine has forgotten it", async () => {
  const wanted = await registry.claim(join(place, "a"), (index) => (index < 5 ? "taken" : undefined));
  await rm(join(place, "run"), { recursive: true });
  expect(await registry.claim(join(place, "a"), () => undefined)).toBe(wanted);
});

test("a directory that is forgotten leaves nothing", async () => {
  const swept: number[] = [];
  const index = await registry.claim(join(place, "a"), () => undefined);
  await registry.close(index);
  await registry.forget(join(place, "a"), (one) => Promise.resolve(void swept.push(one)));
  expect(swept).toEqual([index]);
  expect([readdirSync(join(place, "a")), existsSync(join(place, "run"))]).toEqual([[], false]);
});

test("private networks whose ranges can't be routed side by side are refused with the reason", () => {
  const layout = layoutOf(0);
  const check =
    (...ranges: string[]) =>
    () => {
      checkRanges(
        ranges.map((range, at) => ({ id: `n${at}`, range })),
        layout,
      );
    };
  expect(check("10.20.0.0/20", "10.20.16.0/20")).not.toThrow();
  expect(check("10.20.0.0/20", "10.20.0.0/24")).toThrow(NetworkRangeRefused);
  expect(check("10.20.0.0/20", "10.20.0.0/24")).toThrow(
    "The private network n1 can't have the range 10.20.0.0/24: it overlaps the range of the network n0.",
  );
  expect(check("10.0.0.0/8")).toThrow("the cloud's anchor addresses are in it");
  expect(check("169.254.0.0/20")).toThrow("it is link-local");
  expect(check("203.0.113.0/28")).toThrow("the cloud's public addresses are in it");
  expect(check("10.20.0.0")).toThrow("it is no IPv4 range in CIDR notation");
});
