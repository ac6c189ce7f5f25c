import { addressesOf, Cloud, privateAddressOf } from "./fixture/cloud";
import { listenOn } from "./fixture/listeners";
import { initOf, inNetworkOf, type MachineName, tryOn } from "./fixture/machines";
import { until } from "./fixture/process";
import { Prober, type ProberReport, unfiltered } from "./fixture/prober";
import { putBack, rulesOf, withoutCloudFirewalls, withoutHostRules } from "./fixture/rules";
import { asVisitor, Browser } from "./fixture/visitor";
import { leavePage } from "./fixture/wiki";
import { names, world } from "./fixture/world";

const here = world();
const cloud = new Cloud(here.cloud);
const rebooted = ["bastion", "wiki"] as const;

const before = {} as Record<MachineName, string>;
let pageIsThere: () => Promise<boolean>;
let outside: ProberReport;
let inside: ProberReport;
const undo: (() => Promise<void>)[] = [];

/**
 * Both machines boot with their own exact rules alone, the cloud's firewalls away, and something listens from the first
 * moment. One prober knocks at the bastion as a visitor, one at the wiki from a server that was taken over.
 */
beforeAll(async () => {
  pageIsThere = await leavePage(here, "tests:reboot");
  const droplets = { bastion: await cloud.droplet("bastion"), wiki: await cloud.droplet("wiki") };
  for (const machine of rebooted) {
    before[machine] = await rulesOf(here, machine);
    undo.push(await listenOn(here, machine));
  }
  undo.push(await withoutCloudFirewalls(cloud));
  undo.push(await withoutHostRules(here, "blog"));

  const fromOutside = await Prober.start(here, asVisitor(here), "reboot-outside");
  const fromInside = await Prober.start(here, await inNetworkOf(here, await cloud.droplet("blog")), "reboot-inside");
  fromOutside.aim([...addressesOf(droplets.bastion, "public"), ...(await cloud.reservedAddresses())]);
  fromInside.aim([privateAddressOf(droplets.wiki)]);
  await Promise.all(
    rebooted.map(async (machine) => {
      const droplet = droplets[machine];
      const init = await initOf(here, droplet);
      await cloud.act(droplet.id, "reboot");
      await until(`${machine} to boot again`, async () => (await initOf(here, droplet)) !== init);
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
  expect(accepted(outside)).toHaveLength(2 * 3);
  expect(accepted(inside)).toHaveLength(1);
});

test("the bastion sent not one unfiltered reply while it booted", () => {
  expect(Object.keys(outside.knocks)).toHaveLength(3);
  expect(unfiltered(outside, [80, 443])).toEqual([]);
});

test("the server sent not one unfiltered reply while it booted", () => {
  expect(Object.keys(inside.knocks)).toHaveLength(1);
  expect(unfiltered(inside, [22])).toEqual([]);
});

test.each(rebooted)("%s came up with the exact rules it had", async (machine) => {
  expect(await rulesOf(here, machine)).toBe(before[machine]);
});
