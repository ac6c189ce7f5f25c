import { join } from "node:path";

import { type PulumiResult, tryPulumi } from "../../cli/pulumi";
import { Cloud } from "./fixture/cloud";
import { configure } from "./fixture/stack";
import { world } from "./fixture/world";

const here = world();
const cloud = new Cloud(here.cloud);
const bad = "bad-input";
const configFile = join(here.project, `Pulumi.${bad}.yaml`);

const good = {
  domain: "bad-input.example",
  region: "fra1",
  networkRange: "10.77.0.0/24",
  software: [{ name: "wiki", software: "dokuwiki" }],
  tls: { issuer: "private-ca" },
};

const mistakes = [
  {
    title: "a software that the catalogue does not have",
    config: { software: [{ name: "wiki", software: "mediawikki" }] },
    sentence: /software\[0\]\.software has to be one of dokuwiki, wordpress \(it is mediawikki\)\./,
  },
  {
    title: "a private network that overlaps a range the cloud keeps for itself",
    config: { networkRange: "10.244.8.0/24" },
    sentence:
      /networkRange must not overlap 10\.244\.0\.0\/16, which the cloud keeps for itself \(it is 10\.244\.8\.0\/24\)\./,
  },
  {
    // Only the cloud knows: the deployment beside this one has 10.20.0.0/24.
    title: "a private network that overlaps another one of the account",
    config: { networkRange: "10.20.0.128/25" },
    sentence: /This range\/size overlaps with another VPC network in your account: \S+ 10\.20\.0\.0\/24/,
  },
  {
    title: "administrators whose range overlaps the private network",
    config: { adminAccess: ["10.77.0.0/25"] },
    sentence: /adminAccess\[0\] must not overlap networkRange 10\.77\.0\.0\/24: .* \(it is 10\.77\.0\.0\/25\)\./,
  },
  {
    title: "a name that DNS can't carry",
    config: { software: [{ name: "our_wiki", software: "dokuwiki" }] },
    sentence: /software\[0\]\.name has to be a DNS label: .* \(it is our_wiki\)\./,
  },
  {
    title: "admin access from nowhere",
    config: { adminAccess: [] },
    sentence: /adminAccess has to name the address ranges of your administrators, .* \(it is an empty list\)\./,
  },
  {
    title: "admin access from everywhere",
    config: { adminAccess: ["0.0.0.0/0"] },
    sentence: /adminAccess\[0\] must not be the whole internet unless .* \(it is 0\.0\.0\.0\/0\)\./,
  },
  {
    title: "a region that does not have the size",
    config: { bastionSize: "m-2vcpu-16gb-nowhere" },
    sentence: /bastionSize has to be a size that region fra1 has, such as .* \(it is m-2vcpu-16gb-nowhere\)\./,
  },
  {
    title: "a size that is too small for the software",
    config: { software: [{ name: "blog", software: "wordpress", size: "s-1vcpu-512mb-10gb" }] },
    sentence: /software\[0\]\.size has to have at least 1024 MB of memory, such as .* \(it is s-1vcpu-512mb-10gb\)\./,
  },
  {
    title: "a certificate issuer that there is not",
    config: { tls: { issuer: "nobody" } },
    sentence: /tls\.issuer has to be one of acme, private-ca \(it is nobody\)\./,
  },
];

beforeAll(async () => {
  await onBadStack(["stack", "init"]);
});
afterAll(async () => {
  await onBadStack(["stack", "rm", "--yes"]);
});

test.each(mistakes)("`up` refuses $title in one sentence, and makes nothing", async ({ config, sentence }) => {
  await isRefused(["up", "--yes", "--skip-preview"], config, sentence);
});

// One that the program sees by itself, and one that the cloud has to be asked about.
test.each([mistakes[0]!, mistakes[7]!])("so does `preview` with $title", async ({ config, sentence }) => {
  await isRefused(["preview"], config, sentence);
});

test("what is refused is the mistake: without it, the same configuration is taken", async () => {
  configure(configFile, good);
  expect((await onBadStack(["preview"])).code).toBe(0);
});

async function isRefused(operation: readonly string[], changes: object, sentence: RegExp): Promise<void> {
  const before = await cloud.inventory();
  configure(configFile, { ...good, ...changes });
  const { code, stdout, stderr } = await onBadStack(operation);
  expect(code).not.toBe(0);
  const output = `${stdout}\n${stderr}`;
  expect(output).toMatch(sentence);
  expect(output).not.toMatch(/^\s+at .*\.js:\d+/m);
  expect(await cloud.inventory()).toEqual(before);
}

function onBadStack(args: readonly string[]): Promise<PulumiResult> {
  return tryPulumi(here.home, here.cloud, [...args, "--stack", bad], { cwd: here.project, timeoutMs: 120_000 });
}
