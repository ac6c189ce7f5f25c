import { limitFiles, parseHierarchies } from "../../../../sandbox/hosts/machines/hierarchies";

const unified = "31 23 0:28 / /sys/fs/cgroup rw,relatime - cgroup2 cgroup2 rw,nsdelegate";
const mixed = `22 1 254:0 / / rw - ext4 /dev/vda rw
31 23 0:28 / /sys/fs/cgroup rw - tmpfs tmpfs rw
32 31 0:29 / /sys/fs/cgroup/cpu,cpuacct rw - cgroup cgroup rw,cpu,cpuacct
33 31 0:31 / /sys/fs/cgroup/cpuset rw - cgroup cgroup rw,cpuset
34 31 0:32 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory
35 31 0:37 / /sys/fs/cgroup/systemd rw - cgroup cgroup rw,name=systemd
36 31 0:38 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw`;
const size = { memoryMb: 512, vcpus: 1 };

describe("cgroup hierarchies", () => {
  test("version 2 alone: everything is limited there", () => {
    expect(parseHierarchies(unified, ["cpuset", "cpu", "memory", "pids"])).toEqual([
      { mount: "/sys/fs/cgroup", version: 2, controllers: ["memory", "cpu", "pids"] },
    ]);
  });

  test("both versions: each limits what it has, and version 2 is used even when it has nothing", () => {
    expect(parseHierarchies(mixed, ["hugetlb"])).toEqual([
      { mount: "/sys/fs/cgroup/cpu,cpuacct", version: 1, controllers: ["cpu"] },
      { mount: "/sys/fs/cgroup/memory", version: 1, controllers: ["memory"] },
      { mount: "/sys/fs/cgroup/systemd", version: 1, controllers: [] },
      { mount: "/sys/fs/cgroup/unified", version: 2, controllers: [] },
    ]);
  });

  test("limits in the words of version 2", () => {
    const [hierarchy] = parseHierarchies(unified, ["cpu", "memory"]);
    expect(limitFiles(hierarchy!, size)).toEqual([
      ["memory.max", "536870912"],
      ["memory.swap.max", "0"],
      ["cpu.max", "100000 100000"],
    ]);
  });

  test("limits in the words of version 1", () => {
    expect(parseHierarchies(mixed, []).flatMap((hierarchy) => limitFiles(hierarchy, size))).toEqual([
      ["cpu.cfs_period_us", "100000"],
      ["cpu.cfs_quota_us", "100000"],
      ["memory.limit_in_bytes", "536870912"],
    ]);
  });
});
