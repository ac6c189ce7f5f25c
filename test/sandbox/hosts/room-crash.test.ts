import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

import { MachineRoom, until } from "./machines/room";

/** Another process that opens the room and switches a machine on. */
const owner = `
const { openHosts } = require(process.argv[1]);
openHosts({ directory: process.argv[2], image: process.argv[3], log: () => undefined }).then(async (hosts) => {
  await hosts.setNetworks([{ id: "office", range: "10.20.0.0/24" }]);
  await hosts.powerOn(1);
  console.log("on");
});
`;

describe("a room whose owner was killed", () => {
  let room: MachineRoom;
  beforeAll(async () => {
    room = await MachineRoom.open();
  });
  afterAll(() => room.close());

  test("is put in order when it is opened again: its machines are off, with the disks they had", async () => {
    const machine = await room.boot(1);
    await room.ssh(machine, "echo kept >/root/left");
    await room.hosts.close();

    const module = require.resolve("../../../sandbox/hosts/room");
    const child = spawn(process.execPath, ["-e", owner, module, room.directory, room.image], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    await once(child.stdout, "data");
    await room.answers(machine);
    child.kill("SIGKILL");
    await once(child, "exit");
    const left = room.groups("1", "guest");
    expect(left).not.toEqual([]);
    const supervisors = left.flatMap((group) => {
      const file = join(group, "supervisor", "cgroup.procs");
      return existsSync(file) ? readFileSync(file, "utf8").split("\n").filter(Boolean) : [];
    });
    expect(supervisors).not.toEqual([]);

    await room.reopen();
    expect(room.groups("1")).toEqual([]);
    await until(() => supervisors.every((pid) => !existsSync(`/proc/${pid}`)));
    expect(room.hosts.status(1)).toBe("off");

    await room.hosts.powerOn(1);
    await room.answers(machine);
    expect((await room.ssh(machine, "cat /root/left")).output).toBe("kept\n");
  });
});
