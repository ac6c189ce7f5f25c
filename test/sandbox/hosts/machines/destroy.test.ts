import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

import { MachineRoom } from "./room";

describe("destroying a machine", () => {
  let room: MachineRoom;
  beforeAll(async () => {
    room = await MachineRoom.open();
  });
  afterAll(() => room.close());

  const namespaces = () =>
    execFileSync("ip", ["netns", "list"], { encoding: "utf8" })
      .split("\n")
      .filter((line) => line.startsWith(room.hosts.ranges.visitor.namespace.replace("visitor", "")));
  const mounts = () =>
    readFileSync("/proc/self/mountinfo", "utf8")
      .split("\n")
      .filter((line) => line.includes(room.directory));

  test("leaves no process, namespace, cgroup, mount or folder", async () => {
    const emptyRoom = namespaces();
    await room.boot(1);
    const processes = room
      .groups("1", "guest")
      .flatMap((group) => readFileSync(join(group, "..", "guest", "cgroup.procs"), "utf8"));
    expect(processes.join("")).not.toBe("");
    expect(room.supervisors()).not.toEqual([]);
    expect(namespaces()).not.toEqual(emptyRoom);

    await room.hosts.destroy(1);

    expect(room.hosts.status(1)).toBe("absent");
    expect(room.supervisors()).toEqual([]);
    expect(namespaces()).toEqual(emptyRoom);
    expect(room.groups("1")).toEqual([]);
    expect(mounts()).toEqual([]);
    expect(readdirSync(join(room.directory, "machines"))).toEqual([]);
  });

  test("that is not there is no error", async () => {
    await expect(room.hosts.destroy(7)).resolves.toBeUndefined();
  });
});
