import type { MachineSpec } from "../../../../sandbox/hosts/hosts";
import { MachineRoom } from "./room";

describe("a machine that was just made", () => {
  let room: MachineRoom;
  let machine: MachineSpec;
  beforeAll(async () => {
    room = await MachineRoom.open();
    const userData = room.userData({ write_files: [{ path: "/etc/motd", content: "from user data\n" }] });
    machine = await room.boot(1, { hostname: "wiki.example.com", userData });
  });
  afterAll(() => room.close());

  test("answers by SSH, with the host key of its user data", async () => {
    expect(await room.ssh(machine, "id -un")).toEqual({ code: 0, output: "root\n" });
    expect(room.hosts.status(1)).toBe("active");
  });

  test("does what its user data says", async () => {
    const { output } = await room.ssh(machine, "cloud-init status --wait >/dev/null; cat /etc/motd");
    expect(output).toBe("from user data\n");
  });

  test("has its name", async () => {
    expect((await room.ssh(machine, "hostname --fqdn")).output).toBe("wiki.example.com\n");
  });

  test("has a healthy system in which every service came up", async () => {
    const { output } = await room.ssh(
      machine,
      "systemctl is-system-running --wait; systemctl --failed --plain --no-legend",
    );
    expect(output).toBe("running\n");
  });

  test("filters its own packets and sets its own network parameters", async () => {
    const script = `set -e
      iptables -A INPUT -s 192.0.2.1 -j DROP
      ip6tables -A INPUT -m conntrack --ctstate INVALID -j DROP
      nft add table inet own
      sysctl -qw net.ipv4.ip_forward=1
      iptables -S INPUT; nft list tables inet; cat /proc/sys/net/ipv4/ip_forward`;
    const { code, output } = await room.ssh(machine, script);
    expect(code).toBe(0);
    expect(output).toContain("-A INPUT -s 192.0.2.1/32 -j DROP");
    expect(output).toMatch(/table inet own\n1\n$/);
  });

  test("does not get at this machine's disks", async () => {
    expect((await room.ssh(machine, "mknod /tmp/disk b 254 0")).output).toContain("Operation not permitted");
  });

  test("can't be made a second time", async () => {
    await expect(room.hosts.create(machine)).rejects.toMatchObject({ code: "MACHINE_CONFLICT", machineId: 1 });
    expect((await room.ssh(machine, "true")).code).toBe(0);
  });
});
