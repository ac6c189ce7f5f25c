import { spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync } from "node:fs";

import type { MachineSpec } from "../../../sandbox/hosts/hosts";
import { removeHosts } from "../../../sandbox/hosts/room";
import { MachineRoom } from "./machines/room";

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
  beforeEach(async () => {
    room = await MachineRoom.open();
  });
  afterEach(() => room.close());

  /** Makes a machine, hands the room over to another process, and kills that while the machine runs. */
  async function crash(): Promise<MachineSpec> {
    const machine = await room.boot(1);
    await room.ssh(machine, "echo kept >/root/left");
    await room.leave();
    const module = require.resolve("../../../sandbox/hosts/room");
    const child = spawn(process.execPath, ["-e", owner, module, room.directory, room.image], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    await once(child.stdout, "data");
    child.kill("SIGKILL");
    await once(child, "exit");
    expect(supervisors()).not.toEqual([]);
    expect(room.groups("1", "guest")).not.toEqual([]);
    return machine;
  }

  const supervisors = () => room.supervisors();
  const supervisorFiles = () =>
    readdirSync("/run/systemd/nspawn/propagate").filter((name) => name.startsWith(room.group));

  test("is put in order when it is opened again: its machines are off, with the disks they had", async () => {
    const machine = await crash();
    await room.reopen();
    expect(supervisors()).toEqual([]);
    expect(supervisorFiles()).toEqual([]);
    expect(room.groups("1")).toEqual([]);
    expect(room.hosts.status(1)).toBe("off");

    await room.hosts.powerOn(1);
    await room.answers(machine);
    expect((await room.ssh(machine, "cat /root/left")).output).toBe("kept\n");
  });

  test("can be removed as a whole", async () => {
    await crash();
    await removeHosts(room.directory);
    expect(supervisors()).toEqual([]);
    expect(supervisorFiles()).toEqual([]);
    expect(room.groups()).toEqual([]);
    expect(readdirSync(room.directory)).toEqual([]);
  });
});
