import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readlinkSync, statSync } from "node:fs";
import { join } from "node:path";

import type { MachineSpec } from "../../../../sandbox/hosts/hosts";
import { loopsBelow } from "../../../../sandbox/hosts/storage/loops";
import { MachineRoom } from "../machines/room";

const device = "/dev/disk/by-id/scsi-0DO_Volume_data";
const gigabyte = 2 ** 30;

describe("volumes", () => {
  let room: MachineRoom;
  let one: MachineSpec;
  let two: MachineSpec;
  beforeAll(async () => {
    room = await MachineRoom.open();
    await room.hosts.createVolume({ id: "vol-data", sizeGb: 1 });
    [one, two] = await Promise.all([room.boot(1), room.boot(2)]);
  });
  afterAll(() => room.close());

  const loops = () => loopsBelow(room.directory);
  const file = (id: string) => join(room.directory, "volumes", id, "data");

  test("show up in a running machine, which can format, mount and fill them", async () => {
    await room.hosts.attachVolume("vol-data", 1, "data");
    const script = `set -e
      readlink -f ${device}
      blockdev --getsize64 ${device}
      mkfs.ext4 -q -L work ${device}
      mkdir -p /mnt/data
      echo '${device} /mnt/data ext4 defaults,nofail 0 0' >>/etc/fstab
      mount /mnt/data
      echo kept >/mnt/data/file
      sync
      findmnt -no SOURCE,FSTYPE /mnt/data`;
    expect(await room.ssh(one, script)).toEqual({ code: 0, output: `/dev/sda\n${gigabyte}\n/dev/sda ext4\n` });
    expect(statSync(file("vol-data")).blocks * 512).toBeLessThan(gigabyte / 4);
  });

  test("are all that a machine gets at of this one's disks", async () => {
    const disk = statSync(room.directory).dev;
    const [major, minor] = [(disk >> 8) & 0xfff, (disk & 0xff) | ((disk >> 12) & 0xfff00)];
    const script = `mknod /dev/host b ${major} ${minor} 2>&1; ls /dev/disk/by-id; find /dev -type b`;
    const { output } = await room.ssh(one, script);
    expect(output).toMatch(/^mknod: .*Operation not permitted\nscsi-0DO_Volume_data\n\/dev\/sda\n$/);
  });

  test("are all that it may open, even where it finds a node: as far as this machine's kernel keeps such lists", async () => {
    const place = join(room.directory, "machines/1/root/dev");
    const [supervisor = ""] = room.supervisors().filter((pid) => readlinkSync(`/proc/${pid}/cwd`).endsWith("/1"));
    const { dev } = statSync(room.directory);
    const number = [(dev >> 8) & 0xfff, (dev & 0xff) | ((dev >> 12) & 0xfff00)].map(String);
    execFileSync("nsenter", [`--mount=/proc/${supervisor}/ns/mnt`, "mknod", join(place, "host"), "b", ...number]);
    const { output } = await room.ssh(
      one,
      "head -c 1 /dev/host >/tmp/byte 2>/tmp/error; wc -c </tmp/byte; cat /tmp/error; rm /dev/host",
    );
    // Cgroups of version 2 have no list of devices.
    const lists = room.groups("1", "devices.list");
    expect(output).toMatch(lists.length > 0 ? /^0\n.*Operation not permitted/ : /^1\n$/);
  });

  test("are there before a rebooted machine mounts what its fstab says", async () => {
    await room.hosts.reboot(1);
    await room.answers(one);
    expect((await room.ssh(one, "cat /mnt/data/file")).output).toBe("kept\n");
    expect(await loops()).toHaveLength(1);
  });

  test("grow while they are in use", async () => {
    await room.hosts.resizeVolume("vol-data", 2);
    // Growing a mounted ext4 takes CAP_SYS_RESOURCE, which this machine may lack itself.
    const grow = `umount /mnt/data && e2fsck -fp ${device} && resize2fs ${device} && mount /mnt/data`;
    const script = `blockdev --getsize64 ${device}; (${grow}) >/dev/null 2>&1; df --output=size -BM /mnt/data | tail -1`;
    const [size, fileSystem] = (await room.ssh(one, script)).output.trim().split("\n");
    expect(Number(size)).toBe(2 * gigabyte);
    expect(parseInt(fileSystem ?? "")).toBeGreaterThan(1800);
    await expect(room.hosts.resizeVolume("vol-data", 1)).rejects.toMatchObject({ code: "VOLUME_CONFLICT" });
  });

  test("can be copied while a machine writes to them", async () => {
    await room.ssh(
      one,
      "nohup sh -c 'while :; do date >>/mnt/data/log; done' >/dev/null 2>&1 & echo before >/mnt/data/snap",
    );
    const { bytes } = await room.hosts.snapshotVolume("vol-data", "snap-1");
    expect(bytes).toBeGreaterThan(0);
    expect(bytes).toBeLessThan(gigabyte / 4);
    await room.ssh(one, "pkill -f 'date >>'; echo after >/mnt/data/snap; sync");
    await room.hosts.createVolume({ id: "vol-copy", sizeGb: 3, from: "snap-1" });
    await room.hosts.attachVolume("vol-copy", 2, "copy");
    const copy = "/dev/disk/by-id/scsi-0DO_Volume_copy";
    const script = `mount ${copy} /mnt && cat /mnt/snap; blockdev --getsize64 ${copy}; umount /mnt; e2fsck -fn ${copy} >/dev/null; echo $?`;
    expect((await room.ssh(two, script)).output).toBe(`before\n${3 * gigabyte}\n0\n`);
    await room.hosts.destroySnapshot("snap-1");
    expect(readdirSync(join(room.directory, "snapshots"))).toEqual([]);
    await expect(room.hosts.createVolume({ id: "vol-late", sizeGb: 1, from: "snap-1" })).rejects.toMatchObject({
      code: "SNAPSHOT_UNKNOWN",
    });
    expect(readdirSync(join(room.directory, "volumes"))).not.toContain("vol-late");
  });

  test("pulled while mounted, they are dead to the machine, and whole in the next one", async () => {
    await expect(room.hosts.attachVolume("vol-data", 2, "data")).rejects.toMatchObject({ code: "VOLUME_CONFLICT" });
    await room.hosts.detachVolume("vol-data");
    const dead = await room.ssh(one, `(echo x >/mnt/data/file; ls -A /dev/disk/by-id; ls /dev/sda) 2>&1`);
    expect(dead.output).toMatch(/Input\/output error/);
    expect(dead.output).toMatch(/cannot access '\/dev\/sda'/);
    await room.hosts.attachVolume("vol-data", 2, "data");
    const script = `readlink -f ${device}; mount ${device} /mnt && cat /mnt/file /mnt/snap; umount /mnt`;
    expect((await room.ssh(two, script)).output).toBe("/dev/sdb\nkept\nafter\n");
  });

  test.each([
    ["ext4", "ext4"],
    ["xfs", "xfs"],
  ] as const)("come with %s on them, with a label", async (filesystem, name) => {
    await room.hosts.createVolume({ id: `vol-${name}`, sizeGb: 1, filesystem, label: "backup" });
    await room.hosts.attachVolume(`vol-${name}`, 2, name);
    const path = `/dev/disk/by-id/scsi-0DO_Volume_${name}`;
    const script = `blkid -p -o value -s LABEL -s TYPE ${path}; mount ${path} /mnt && touch /mnt/x && umount /mnt; echo $?`;
    expect((await room.ssh(two, script)).output).toBe(`backup\n${filesystem}\n0\n`);
  });

  test("go with what belongs to them", async () => {
    await room.hosts.destroyVolume("vol-data");
    expect(existsSync(file("vol-data"))).toBe(false);
    expect((await room.ssh(two, "ls /dev/disk/by-id")).output).not.toContain("_data");
    await room.hosts.destroy(1);
    await room.hosts.destroy(2);
    expect(await loops()).toEqual([]);
    // Those that were in the machines are free again.
    await room.hosts.destroyVolume("vol-xfs");
    expect(readdirSync(join(room.directory, "volumes")).sort()).toEqual(["vol-copy", "vol-ext4"]);
    await expect(room.hosts.destroyVolume("vol-none")).resolves.toBeUndefined();
  });
});
