import type { MachineSpec } from "../../../../sandbox/hosts/hosts";
import { MachineRoom, until } from "./room";

describe("a machine's power", () => {
  let room: MachineRoom;
  let machine: MachineSpec;
  beforeAll(async () => {
    room = await MachineRoom.open();
    machine = await room.boot(1);
  });
  afterAll(() => room.close());

  /** Leaves a rule in the machine's memory and a file on its disk. */
  const leave = (word: string) =>
    room.ssh(machine, `iptables -A INPUT -s 192.0.2.1 -j DROP && echo ${word} >/root/left`);
  const rules = async () => (await room.ssh(machine, "iptables -S INPUT")).output;
  const file = async () => (await room.ssh(machine, "cat /root/left")).output;
  const bootId = async () => (await room.ssh(machine, "cat /proc/sys/kernel/random/boot_id")).output;

  test("a reboot keeps the disk and nothing else", async () => {
    await leave("reboot");
    const before = await bootId();
    await room.hosts.reboot(1);
    await room.answers(machine);
    expect(await bootId()).not.toBe(before);
    expect(await rules()).toBe("-P INPUT ACCEPT\n");
    expect(await file()).toBe("reboot\n");
  });

  test("a reboot by the machine itself does the same", async () => {
    await leave("own reboot");
    const before = await bootId();
    await room.ssh(machine, "systemctl reboot");
    await until(async () => {
      // Asked twice, the old boot may give the first answer, and nobody the second.
      const now = await bootId();
      return /^[0-9a-f-]{36}\n$/.test(now) && now !== before;
    });
    expect(room.hosts.status(1)).toBe("active");
    expect(await rules()).toBe("-P INPUT ACCEPT\n");
    expect(await file()).toBe("own reboot\n");
  });

  test("a machine that halts by itself is off, and can be switched on: off what is off, and on what is on, change nothing", async () => {
    await room.ssh(machine, "systemctl poweroff");
    await until(() => room.hosts.status(1) === "off");
    await room.hosts.powerOff(1);
    expect(room.hosts.status(1)).toBe("off");
    await room.hosts.powerOn(1);
    expect(room.hosts.status(1)).toBe("active");
    await room.answers(machine);
    const before = await bootId();
    await room.hosts.powerOn(1);
    expect(await bootId()).toBe(before);
  });

  test("shutting down lets services end in order", async () => {
    await room.ssh(
      machine,
      "systemd-run --quiet --service-type=exec --property=ExecStop='touch /root/in-order' sleep infinity",
    );
    await room.hosts.shutdown(1);
    expect(room.hosts.status(1)).toBe("off");
    await room.hosts.powerOn(1);
    await room.answers(machine);
    expect((await room.ssh(machine, "ls /root")).output).toContain("in-order");
  });

  test("a machine that does not shut down in time loses its power", async () => {
    await room.ssh(machine, "systemd-run --quiet --service-type=exec --property=ExecStop='sleep 600' sleep infinity");
    await room.hosts.shutdown(1, 500);
    expect(room.hosts.status(1)).toBe("off");
  });
});
