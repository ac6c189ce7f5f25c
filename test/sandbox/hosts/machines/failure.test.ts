import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { MachineRoom } from "./room";

describe("a machine that dies at once", () => {
  let room: MachineRoom;
  const image = mkdtempSync(join(tmpdir(), "deploy4me-broken-image-"));
  beforeAll(async () => {
    // A system whose init can't run.
    for (const folder of ["etc", "usr/bin", "sbin", "dev", "proc", "sys", "run", "tmp"])
      mkdirSync(join(image, folder), { recursive: true });
    writeFileSync(join(image, "etc/os-release"), "ID=broken\n");
    writeFileSync(join(image, "sbin/init"), "#!/nowhere\n");
    chmodSync(join(image, "sbin/init"), 0o755);
    room = await MachineRoom.open(image);
  });
  afterAll(async () => {
    await room.close();
    rmSync(image, { recursive: true });
  });

  test("is an error that shows its console, and nothing is left of it", async () => {
    const creation = room.hosts.create(room.spec(1));
    await expect(creation).rejects.toMatchObject({ code: "MACHINE_FAILED", machineId: 1, action: "booting" });
    await expect(creation).rejects.toThrow(/The end of its console:\n.*(init|No such file)/s);
    expect(room.hosts.status(1)).toBe("absent");
    expect(room.groups("1")).toEqual([]);
  });
});
