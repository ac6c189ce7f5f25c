import { accountOf } from "./clouds";
import { listenOn } from "./fixture/listeners";
import { initOf, inNetworkOf, type MachineName, tryOn } from "./fixture/machines";
import { until } from "./fixture/process";
import { Prober, type ProberReport, unfiltered } from "./fixture/prober";
import { putBack, rulesOf, withoutHostRules } from "./fixture/rules";
import { asVisitor, Browser } from "./fixture/visitor";
import { leavePage } from "./fixture/wiki";
import { names, world } from "./fixture/world";

const here = world();
const account = accountOf(here);
const rebooted = ["bastion", "wiki"] as const;

const before = {} as Record<MachineName, string>;
let pageIsThere: () => Promise<boolean>;
let outsideAddresses: string[];
let outside: ProberReport;
let inside: ProberReport;
const undo: (() => Promise<void>)[] = [];

/**
 * Both machines boot with their own exact rules alone, the cloud's firewalls away, and something listens from the first
 * moment. One prober knocks at the bastion as a visitor, one at the wiki from a server that was taken over.
 */
beforeAll(async () => {
  pageIsThere = await leavePage(here, "tests:reboot");
  const found = { bastion: await account.machine("bastion"), wiki: await account.machine("wiki") };
  for (const machine of rebooted) {
    before[machine] = await rulesOf(here, machine);
    undo.push(await listenOn(here, machine));
  }
  undo.push(await account.withoutFirewalls());
  undo.push(await withoutHostRules(here, "blog"));

  const fromOutside = await Prober.start(here, asVisitor(here), "reboot-outside");
  const fromInside = await Prober.start(here, await inNetworkOf(here, await account.machine("blog")), "reboot-inside");
  outsideAddresses = [...found.bastion.publicAddresses, ...(await account.reservedAddresses())];
  fromOutside.aim(outsideAddresses);
  fromInside.aim([found.wiki.privateAddress]);
  await Promise.all(
    rebooted.map(async (machine) => {
      const one = found[machine];
      const init = await initOf(here, one);
      await account.act(one.id, "reboot");
      await until(`${machine} to boot again`, async () => (await initOf(here, one)) !== init);
    }),
  );
  await until(
    "the wiki to answer again",
    async () => (await tryOn(here, "wiki", "systemctl is-active nginx")).code === 0,
  );
  await until("an answer", () => new Browser(here, "nobody").request(`https://${names.wiki}/`));
  [outside, inside] = await Promise.all([fromOutside.stop(), fromInside.stop()]);
});
afterAll(async () => {
  await putBack(undo);
});

test("a page edited before it survives a reboot of the server and of the bastion", async () => {
  expect(await pageIsThere()).toBe(true);
});

test("both probers were answered where they may be", () => {
  const accepted = ({ answers }: ProberReport) =>
    answers.filter(({ meaning }) => meaning === "handshake").map(({ address, port }) => `${address} ${port}`);
  expect(accepted(outside)).toHaveLength(2 * outsideAddresses.length);
  expect(accepted(inside)).toHaveLength(1);
});

test("the bastion sent not one unfiltered reply while it booted", () => {
  expect(Object.keys(outside.knocks).sort()).toEqual([...outsideAddresses].sort());
  expect(unfiltered(outside, [80, 443])).toEqual([]);
});

test("the server sent not one unfiltered reply while it booted", () => {
  expect(Object.keys(inside.knocks)).toHaveLength(1);
  expect(unfiltered(inside, [22])).toEqual([]);
});

test.each(rebooted)("%s came up with the exact rules it had", async (machine) => {
  expect(await rulesOf(here, machine)).toBe(before[machine]);
});
