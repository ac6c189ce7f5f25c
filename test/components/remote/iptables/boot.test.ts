import { applyRules } from "../../../../components/remote/iptables/apply";
import { bootUnit, loadAtBoot } from "../../../../components/remote/iptables/boot";
import { smallRules, useMachine } from "./machine";

const machine = useMachine();
beforeEach(async () => {
  const { endpoint, source } = machine();
  await applyRules(endpoint, smallRules(source), "test");
});

/** What filters after a boot: in a network namespace without any rules, as the kernel starts with. */
async function booted(before = ":"): Promise<string> {
  const { console: run } = machine();
  await run(before);
  return run(
    `cat >/run/load <<'END'\n${loadAtBoot}\nEND\nunshare --net sh -c 'sh /run/load && nft list ruleset' 2>/run/said`,
  );
}

const tables = (text: string): string[] => text.match(/^table \S+ \S+/gm) ?? [];
const baselineAlone = ["table inet deploy4me_baseline"];

test("the exact rules are loaded, and no baseline beside them", async () => {
  const found = await booted();
  expect(found).toContain("tcp dport 22");
  expect(tables(found)).toContain("table ip filter");
  expect(tables(found)).toContain("table ip6 filter");
  expect(tables(found)).not.toContain("table inet deploy4me_baseline");
});

test("a baseline that was loaded before does not linger", async () => {
  const { console: run } = machine();
  await run(`cat >/run/load <<'END'\n${loadAtBoot}\nEND`);
  const found = await run(
    "unshare --net sh -c 'nft -f /etc/deploy4me/baseline.nft && sh /run/load && nft list ruleset' 2>/dev/null",
  );
  expect(tables(found)).not.toContain("table inet deploy4me_baseline");
});

test.each([
  ["before there are exact rules", "rm /etc/deploy4me/rules.*"],
  ["when a file was cut off", "truncate --size 100 /etc/deploy4me/rules.v4"],
  ["when a file is empty, which iptables-restore takes for success", ": >/etc/deploy4me/rules.v6"],
  ["when the files are of two changes", "sed -i '/--dport 22/d' /etc/deploy4me/rules.v4"],
])("the baseline is loaded %s", async (_, damage) => {
  expect(tables(await booted(damage))).toEqual(baselineAlone);
});

test("the baseline is loaded when the kernel refuses the exact rules", async () => {
  const damage =
    "cd /etc/deploy4me; sed -i 's/-j ACCEPT/-j NOTHING/' rules.v6; sha256sum rules.v4 rules.v6 >rules.sha256";
  expect(tables(await booted(damage))).toContain("table inet deploy4me_baseline");
});

test("without any rules the unit fails, and what needs it does not start", async () => {
  await expect(booted("rm /etc/deploy4me/*")).rejects.toThrow();
  expect(bootUnit).toMatch(/^RequiredBy=.*\bsystemd-networkd\.service\b.*\bssh\.service\b/m);
});

test("the unit comes before the network, and before what would need it", () => {
  expect(bootUnit).toContain("\nDefaultDependencies=no\n");
  expect(bootUnit).toContain("\nWants=network-pre.target\n");
  expect(bootUnit).toMatch(/^Before=network-pre\.target .*\bsystemd-networkd\.service\b.*\bssh\.service\b/m);
});

test("systemd takes the unit", async () => {
  await expect(
    machine().console("systemd-analyze verify /etc/systemd/system/deploy4me-firewall.service 2>&1"),
  ).resolves.toBe("");
});
