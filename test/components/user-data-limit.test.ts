import type * as pulumi from "@pulumi/pulumi";

import { limits as onAws } from "../../components/aws/sizes";
import { checkDeployment } from "../../components/checks";
import { bastionUserData, serverUserData } from "../../components/host/machine";
import { generateKeyPair } from "../../components/remote/ssh-keys";
import { playCloud } from "./aws/mocks";

/** The longest that names of a deployment can make the comments of its keys. */
const comment = "c".repeat(63);
const hostKey = generateKeyPair(comment);
const own = generateKeyPair(comment).publicKey;
const longest = "10.20.100.0/24";
const request = { domain: "example.com", region: "eu-central-1", software: [{ name: "wiki", software: "dokuwiki" }] };

async function rendered(adminAccess: readonly string[], adminKeys: readonly string[]): Promise<number> {
  playCloud();
  const args = { hostKey, authorizedKeys: [own, ...adminKeys], networkRange: longest };
  const read = (text: pulumi.Output<string>) => new Promise<string>((resolve) => void text.apply(resolve));
  const texts = [await read(bastionUserData({ ...args, adminAccess })), await read(serverUserData(args))];
  return Math.max(...texts.map((text) => Buffer.byteLength(text)));
}

/** Whether a deployment with these is refused for what its machines have to be told. */
const isRefused = (adminAccess: readonly string[], adminKeys: readonly string[]): boolean =>
  checkDeployment({ ...request, adminAccess, adminKeys }, onAws).problems.some(({ expected }) =>
    expected.includes("bytes at its first boot"),
  );

const key = `ssh-rsa ${"A".repeat(716)} somebody "with" a long name: at home`;
const range = (index: number) => `2001:db8:1234:5678:9abc:def0:${(4096 + index).toString(16)}:9abc/128`;
const many = (count: number) => ({
  keys: Array<string>(count).fill(key),
  ranges: Array.from({ length: 4 * count }, (_, index) => range(index)),
});

test("whatever is accepted fits into user data, and not much less is refused", async () => {
  const limit = onAws.userDataBytes ?? 0;
  const refused = Array.from({ length: 30 }, (_, count) => isRefused(many(count).ranges, many(count).keys));
  const most = refused.indexOf(true) - 1;
  expect(most).toBeGreaterThan(3);
  const size = await rendered(many(most).ranges, many(most).keys);
  expect(size).toBeLessThanOrEqual(limit);
  expect(size).toBeGreaterThan(limit - 2500);
});

test("keys alone and ranges alone fit likewise", async () => {
  for (const [ranges, keys] of [
    [many(25).ranges.slice(0, 90), []],
    [["203.0.113.7/32"], many(12).keys],
  ] as const) {
    expect(isRefused(ranges, keys)).toBe(false);
    expect(await rendered(ranges, keys)).toBeLessThanOrEqual(onAws.userDataBytes ?? 0);
  }
});

test("what takes more room is named", () => {
  const problems = (adminAccess: readonly string[], adminKeys: readonly string[]) =>
    checkDeployment({ ...request, adminAccess, adminKeys }, onAws).problems.map(({ path }) => path);
  expect(problems(["203.0.113.7/32"], many(20).keys)).toEqual([["adminKeys"]]);
  expect(problems(many(40).ranges, [])).toEqual([["adminAccess"]]);
});
