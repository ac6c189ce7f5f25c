import { MachineRoom } from "./room";

describe("rebuilding a machine", () => {
  let room: MachineRoom;
  beforeAll(async () => {
    room = await MachineRoom.open();
  });
  afterAll(() => room.close());

  test("gives it a clean disk, and a first boot with its new user data", async () => {
    const machine = await room.boot(1);
    await room.ssh(machine, "echo old >/root/left");
    const id = (await room.ssh(machine, "cat /etc/machine-id")).output;
    const userData = room.userData({ bootcmd: [["cp", "/etc/hostname", "/root/rebuilt"]] });
    await room.hosts.rebuild({ ...machine, hostname: "anew", userData });
    await room.answers(machine);
    expect((await room.ssh(machine, "ls /root; hostname")).output).toBe("rebuilt\nanew\n");
    expect((await room.ssh(machine, "cat /etc/machine-id")).output).not.toBe(id);
  });
});
