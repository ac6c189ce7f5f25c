import { mkdirSync, readdirSync } from "node:fs";
import { join } from "node:path";

import { Client } from "ssh2";

import type { MachineSpec } from "../../../../sandbox/hosts/hosts";
import { MachineRoom, until } from "../machines/room";

describe("a machine's disk", () => {
  let room: MachineRoom;
  let machine: MachineSpec;
  beforeAll(async () => {
    room = await MachineRoom.open();
    machine = await room.boot(1);
  });
  afterAll(() => room.close());

  test("is copied as it is at one moment, while the machine runs", async () => {
    const script = `set -e
      echo work >/root/work
      rm /etc/issue.net
      setfattr -n user.kept -v yes /root/work 2>/dev/null || true
      cloud-init status --wait >/dev/null || true
      nohup sh -c 'n=0; while :; do n=$((n+1)); for f in a b; do echo $n >/root/.$f; mv /root/.$f /root/$f; done; done' >/dev/null 2>&1 &`;
    expect((await room.ssh(machine, script)).code).toBe(0);
    const { bytes } = await room.hosts.snapshotMachine(1, "100");
    expect(bytes).toBeGreaterThan(1000);
    const [a, b] = (await room.ssh(machine, "cat /root/a; sleep 0.2; cat /root/a; pkill -f /root/[.]")).output.split(
      "\n",
    );
    // The machine goes on.
    expect(Number(b)).toBeGreaterThan(Number(a));
  });

  test("makes another machine, which cloud-init takes for a new one", async () => {
    // Made from the snapshot alone: its user data says nothing of host keys.
    const userData = "#cloud-config\nruncmd: [[touch, /root/second-first-boot]]\n";
    const spec = room.spec(2, { hostname: "clone", image: "100", userData });
    await room.hosts.create(spec);
    const own = await room.hostKey(spec);
    expect(own).not.toBe(await room.hostKey(machine));
    const script = `set -e
      hostname
      cloud-init status --wait >/dev/null || true
      cat /root/work
      ls /root/second-first-boot
      test ! -e /etc/issue.net && echo still gone
      cat /root/a /root/b`;
    const { output } = await room.ssh(spec, script, own);
    const [name, work, mark, gone, a, b] = output.split("\n");
    expect([name, work, mark, gone]).toEqual(["clone", "work", "/root/second-first-boot", "still gone"]);
    // Written one after the other: at one moment they are the same, or one apart.
    expect(Number(a) - Number(b)).toBeGreaterThanOrEqual(0);
    expect(Number(a) - Number(b)).toBeLessThanOrEqual(1);
    await room.hosts.destroy(2);
  });

  test("comes back by a rebuild from its snapshot", async () => {
    await room.ssh(machine, "echo later >/root/work; echo x >/root/new");
    await room.hosts.rebuild({ ...machine, image: "100" });
    await room.answers(machine);
    expect((await room.ssh(machine, "cat /root/work; ls /root/new 2>&1")).output).toMatch(/^work\n.*No such file/s);
    await room.hosts.rebuild(machine);
    await room.answers(machine);
    expect((await room.ssh(machine, "ls /root")).output).toBe("");
  });

  test("does not lead a machine made from it out of its own files", async () => {
    const outside = join(room.directory, "outside");
    await room.ssh(machine, `mv /var/lib/cloud/seed /root/seed; ln -s ${outside} /var/lib/cloud/seed`);
    mkdirSync(outside);
    await room.hosts.snapshotMachine(1, "101");
    await room.ssh(machine, "rm /var/lib/cloud/seed; mv /root/seed /var/lib/cloud/seed");
    await room.boot(3, { image: "101" });
    expect(readdirSync(outside)).toEqual([]);
    await room.hosts.destroy(3);
  });

  test("gets another root password while the machine is off", async () => {
    const settings = "PasswordAuthentication yes\\nPermitRootLogin yes\\n";
    await room.ssh(machine, `printf '${settings}' >/etc/ssh/sshd_config.d/00-password.conf`);
    await expect(room.hosts.resetPassword(1, "correct horse")).rejects.toMatchObject({ code: "MACHINE_CONFLICT" });
    await room.hosts.powerOff(1);
    await room.hosts.resetPassword(1, "correct horse");
    await room.hosts.powerOn(1);
    await room.answers(machine);
    expect(await logsIn(machine, "correct horse")).toBe(true);
    expect(await logsIn(machine, "wrong horse")).toBe(false);
    const { output } = await room.ssh(
      machine,
      "stat -c '%a %U %G' /etc/shadow; getent shadow | wc -l; cut -d: -f1 /etc/passwd | wc -l",
    );
    const [stat, shadows, users] = output.trim().split("\n");
    expect(stat).toBe("640 root shadow");
    expect(shadows).toBe(users);
  });

  test("is measured, with everything else that the machine uses", async () => {
    const before = await room.hosts.usage(1);
    expect((await room.ssh(machine, `${twoSecondsOfWork}; head -c 900K /dev/zero`)).output.length).toBeGreaterThan(0);
    const after = await room.hosts.usage(1);
    const busy = (seconds: { user: number; system: number }) => seconds.user + seconds.system;
    expect(busy(after.cpuSeconds) - busy(before.cpuSeconds)).toBeGreaterThan(1.5);
    expect(after.publicBytes.out - before.publicBytes.out).toBeGreaterThan(900 << 10);
    expect(after.publicBytes.in).toBeGreaterThan(before.publicBytes.in);
    const { total, used, cached } = after.memoryBytes;
    expect(total).toBe(1024 << 20);
    expect(used).toBeGreaterThan(10 << 20);
    expect(used).toBeLessThan(total);
    expect(cached).toBeLessThanOrEqual(used);
    expect(after.disk.sizeBytes).toBe(25 * 2 ** 30);
    expect(after.disk.freeBytes).toBeLessThan(25 * 2 ** 30 - (200 << 20));
    await until(async () => (await room.hosts.usage(1)).load[0] > 0 || (await spin()), 20_000);
    await room.hosts.powerOff(1);
    expect(await room.hosts.usage(1)).toMatchObject({ cpuSeconds: { user: 0, system: 0 }, load: [0, 0, 0] });
  });

  const spin = async () => {
    await room.ssh(machine, twoSecondsOfWork);
    return false;
  };
});

/** Counted in processor time: how long it takes depends on what else this computer does. */
const twoSecondsOfWork = "sh -c 'ulimit -t 2; while :; do :; done' || :";

/** Whether root gets in by a password. */
function logsIn({ public: outer }: MachineSpec, password: string): Promise<boolean> {
  const client = new Client();
  return new Promise((resolve) => {
    client.on("ready", () => {
      client.end();
      resolve(true);
    });
    client.on("error", () => {
      resolve(false);
    });
    client.connect({ host: outer?.ipv4 ?? "", username: "root", password, readyTimeout: 20_000 });
  });
}
