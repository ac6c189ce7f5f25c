import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import type { MachineSpec } from "../../../sandbox/hosts/hosts";
import { loopsBelow } from "../../../sandbox/hosts/storage/loops";
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
    await room.hosts.createVolume({ id: "vol", sizeGb: 1, filesystem: "ext4" });
    await room.hosts.attachVolume("vol", 1, "data");
    const mount = `echo '/dev/disk/by-id/scsi-0DO_Volume_data /mnt ext4 defaults 0 0' >>/etc/fstab; mount /mnt`;
    await room.ssh(machine, `echo kept >/root/left; ${mount} && echo kept >/mnt/left`);
    await room.leave();
    expect(await loopsBelow(room.directory)).toEqual([]);
    const module = require.resolve("../../../sandbox/hosts/room");
    const child = spawn(process.execPath, ["-e", owner, module, room.directory, room.image], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    await once(child.stdout, "data");
    child.kill("SIGKILL");
    await once(child, "exit");
    expect(supervisors()).not.toEqual([]);
    expect(room.groups("1", "guest")).not.toEqual([]);
    expect(await loopsBelow(room.directory)).toHaveLength(1);
    return machine;
  }

  /** What a copy that was broken off leaves. */
  const leaveHalf = () => {
    for (const kind of ["volumes", "snapshots"]) {
      mkdirSync(join(room.directory, kind, "half.new"));
      writeFileSync(join(room.directory, kind, "half.new", "data"), "half");
    }
  };
  const supervisors = () => room.supervisors();
  const supervisorFiles = () =>
    readdirSync("/run/systemd/nspawn/propagate").filter((name) => name.startsWith(room.group));

  test("is put in order when it is opened again: its machines are off, with the disks they had", async () => {
    const machine = await crash();
    leaveHalf();
    await room.reopen();
    expect(await loopsBelow(room.directory)).toEqual([]);
    expect(readdirSync(join(room.directory, "volumes"))).toEqual(["vol"]);
    expect(readdirSync(join(room.directory, "snapshots"))).toEqual([]);
    expect(supervisors()).toEqual([]);
    expect(supervisorFiles()).toEqual([]);
    expect(room.groups("1")).toEqual([]);
    expect(room.hosts.status(1)).toBe("off");

    await room.hosts.powerOn(1);
    await room.answers(machine);
    expect((await room.ssh(machine, "cat /root/left /mnt/left")).output).toBe("kept\nkept\n");
    expect(await loopsBelow(room.directory)).toHaveLength(1);
  });

  test("can be removed as a whole", async () => {
    await crash();
    await removeHosts(room.directory);
    expect(supervisors()).toEqual([]);
    expect(supervisorFiles()).toEqual([]);
    expect(room.groups()).toEqual([]);
    expect(await loopsBelow(room.directory)).toEqual([]);
    expect(readdirSync(room.directory)).toEqual([]);
  });
});
