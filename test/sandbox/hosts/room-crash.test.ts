import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import type { MachineSpec } from "../../../sandbox/hosts/hosts";
import { loopsBelow } from "../../../sandbox/hosts/storage/loops";
import { removeHosts } from "../../../sandbox/hosts/room";
import { MachineRoom } from "./machines/room";

/** Another process that opens the room, and makes a machine or switches it on. */
const owner = `
const { openHosts } = require(process.argv[1]);
const [directory, image, spec] = process.argv.slice(2);
openHosts({ directory, image, log: () => undefined }).then(async (hosts) => {
  await hosts.setNetworks([{ id: "office", range: "10.20.0.0/24" }]);
  if (spec === undefined) await hosts.powerOn(1);
  else {
    await hosts.create(JSON.parse(spec));
    await hosts.createVolume({ id: "vol", sizeGb: 1, filesystem: "ext4" });
    await hosts.attachVolume("vol", 1, "data");
  }
  console.log("on");
});
`;

/** A life of it: each test goes on where the one before ended. */
describe("a room whose owner was killed", () => {
  let room: MachineRoom;
  let machine: MachineSpec;
  let child: ChildProcess | undefined;
  beforeAll(async () => {
    room = await MachineRoom.open();
    machine = room.spec(1);
  });
  afterAll(async () => {
    child?.kill("SIGKILL");
    await room.close();
  });

  /** Hands the room over to another process, in which the machine runs. */
  async function handOver(...spec: string[]): Promise<void> {
    await room.leave();
    expect(await loopsBelow(room.directory)).toEqual([]);
    const module = require.resolve("../../../sandbox/hosts/room");
    child = spawn(process.execPath, ["-e", owner, module, room.directory, room.image, ...spec], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    await Promise.race([once(child.stdout ?? child, "data"), failure(child)]);
  }

  /** Kills that while the machine runs. */
  async function crash(): Promise<void> {
    if (child === undefined) throw new Error("there is no other owner");
    child.kill("SIGKILL");
    await once(child, "exit");
    expect(supervisors()).not.toEqual([]);
    expect(room.groups("1", "guest")).not.toEqual([]);
    expect(await loopsBelow(room.directory)).toHaveLength(1);
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
    await handOver(JSON.stringify(machine));
    await room.answers(machine);
    const mount = `echo '/dev/disk/by-id/scsi-0DO_Volume_data /mnt ext4 defaults 0 0' >>/etc/fstab; mount /mnt`;
    await room.ssh(machine, `echo kept >/root/left; ${mount} && echo kept >/mnt/left; sync`);
    await crash();
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
    await handOver();
    await crash();
    await removeHosts(room.directory);
    expect(supervisors()).toEqual([]);
    expect(supervisorFiles()).toEqual([]);
    expect(room.groups()).toEqual([]);
    expect(await loopsBelow(room.directory)).toEqual([]);
    expect(readdirSync(room.directory)).toEqual([]);
  });
});

/** It ends by itself when it can't do what it should, which its error output says. */
async function failure(child: ChildProcess): Promise<never> {
  await once(child, "exit");
  throw new Error("the other owner ended");
}
