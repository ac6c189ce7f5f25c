import { accountOf, kind } from "./clouds";
import { type MachineName, machines, on } from "./fixture/machines";
import { rulesOf } from "./fixture/rules";
import { onStack, tryStack } from "./fixture/stack";
import { world } from "./fixture/world";

const here = world();
const account = accountOf(here);

/** What somebody does by hand on each machine, one way each. */
const byHand: Readonly<Record<MachineName, { how: string; script: string; shows: RegExp }>> = {
  wiki: {
    how: "a rule added and another removed by iptables",
    script:
      "iptables -I INPUT 1 -p tcp --dport 8081 -j ACCEPT\nip6tables -D OUTPUT -o lo -m comment --comment 'this machine' -j ACCEPT",
    shows: /8081/,
  },
  blog: {
    how: "a rule inserted by nft, which iptables does not understand",
    script: "nft insert rule ip filter INPUT tcp dport 8082 counter accept",
    shows: /8082/,
  },
  bastion: {
    how: "a table of its own by nft, and a rule by the legacy tools",
    script: `nft 'add table inet extra; add chain inet extra input { type filter hook input priority -5; }'
nft 'add rule inet extra input tcp dport 8083 accept'
iptables-legacy -A INPUT -p tcp --dport 8084 -j ACCEPT`,
    shows: /8083|extra/,
  },
};

/** What somebody has the bastion's cloud firewall admit. */
const cloudPort = 8085;

const before = {} as Record<MachineName, string>;
let preview: string;

beforeAll(async () => {
  for (const machine of machines) {
    before[machine] = await rulesOf(here, machine);
    await on(here, machine, byHand[machine].script);
  }
  await account.admitByHand(cloudPort);
  const result = await tryStack(here, "preview", ["--refresh", "--diff", "--expect-no-changes"]);
  expect(result.code).not.toBe(0);
  preview = result.stdout;
});

test.each(machines)("a preview that asks the machines shows what was done on %s", (machine) => {
  const ruleset = { wiki: "office-wiki-firewall", blog: "office-blog-firewall", bastion: "office-gateway-firewall" };
  const about = preview.slice(preview.indexOf(ruleset[machine]));
  expect(about).toMatch(byHand[machine].shows);
});

test("so does what was done to the cloud's firewall", () => {
  const { resource, shows } = kind.firewallDrift;
  expect(preview.slice(preview.indexOf(resource))).toMatch(shows);
});

describe("the next `up` after a refresh", () => {
  beforeAll(async () => {
    await onStack(here, "refresh");
    await onStack(here, "up");
  });

  test.each(machines)("puts the rules of %s right", async (machine) => {
    expect(await rulesOf(here, machine)).toBe(before[machine]);
  });

  test("puts the cloud's firewall right", async () => {
    expect(await account.admits(cloudPort)).toBe(false);
  });

  test("leaves nothing to change", async () => {
    await onStack(here, "preview", ["--refresh", "--expect-no-changes"]);
  });
});
