import type { MachineSpec } from "../../../../sandbox/hosts/hosts";
import { MachineRoom, until } from "./room";

const killed = 137;
const take = (megabytes: number) => `python3 -c 'bytearray(${megabytes} << 20)'`;

describe("a machine's size", () => {
  let room: MachineRoom;
  let machine: MachineSpec;
  beforeAll(async () => {
    room = await MachineRoom.open();
    machine = await room.boot(1, { memoryMb: 512, vcpus: 0.5 });
  });
  afterAll(() => room.close());

  test("limits its memory: who takes more is ended, and the machine goes on", async () => {
    expect(room.limit(1, "memory.limit_in_bytes", "memory.max")).toBe(String(512 * 1024 * 1024));
    expect((await room.ssh(machine, take(100))).code).toBe(0);
    expect((await room.ssh(machine, take(700))).code).toBe(killed);
    expect(room.hosts.status(1)).toBe("active");
  });

  test("can't be changed from inside", async () => {
    const lift = `mkdir -p /run/groups; mount -t cgroup -o memory none /run/groups
      echo -1 >/run/groups/memory.limit_in_bytes
      echo max >/sys/fs/cgroup/memory.max
      ${take(700)}`;
    expect((await room.ssh(machine, lift)).code).toBe(killed);
  });

  test("limits its processor time", async () => {
    expect(room.limit(1, "cpu.cfs_quota_us", "cpu.max")).toMatch(/^50000\b/);
    await room.ssh(machine, "for n in 1 2 3 4; do timeout 1 sh -c 'while :; do :; done' & done; wait");
    const throttled = /^nr_throttled (\d+)$/m.exec(room.limit(1, "cpu.stat"))?.[1];
    expect(Number(throttled)).toBeGreaterThan(0);
  });

  test("can be another one after the machine was off", async () => {
    const larger = { memoryMb: 1024, vcpus: 2 };
    await expect(room.hosts.resize(1, larger)).rejects.toMatchObject({ code: "MACHINE_CONFLICT" });
    await room.hosts.powerOff(1);
    await room.hosts.resize(1, larger);
    await room.hosts.powerOn(1);
    await until(async () => (await room.ssh(machine, take(700))).code === 0);
    expect(room.limit(1, "memory.limit_in_bytes", "memory.max")).toBe(String(1024 * 1024 * 1024));
  });
});
