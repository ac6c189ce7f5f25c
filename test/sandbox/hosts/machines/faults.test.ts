import { connect } from "node:net";

import type { MachineSpec } from "../../../../sandbox/hosts/hosts";
import { MachineRoom, until } from "./room";

describe("a machine that something is wrong with", () => {
  let room: MachineRoom;
  let dead: MachineSpec;
  let other: MachineSpec;
  let full: MachineSpec;
  beforeAll(async () => {
    room = await MachineRoom.open();
    [dead, other, full] = [
      room.spec(1, { fault: "never-boots" }),
      room.spec(2, { fault: "wrong-host-key" }),
      room.spec(3, { fault: "disk-full", diskGb: 25 }),
    ];
    await Promise.all([dead, other, full].map((spec) => room.hosts.create(spec)));
  });
  afterAll(() => room.close());

  test("wrong host key: shows another than its user data's from the first second, and lets in who takes it", async () => {
    const shown = await room.hostKey(other);
    expect(shown).toMatch(/^ssh-ed25519 /);
    expect(shown).not.toBe(room.pinned);
    expect((await room.ssh(other, "true")).output).toMatch(/host key/i);
    expect(await room.ssh(other, "id -un", shown)).toEqual({ code: 0, output: "root\n" });
    // The key of its user data is there, but not what is shown.
    expect((await room.ssh(other, "cat /etc/ssh/ssh_host_ed25519_key.pub", shown)).output).toContain(room.pinned);
  });

  test("full disk: not a byte can be written, and the machine is there", async () => {
    await room.answers(full);
    await until(async () => (await room.ssh(full, "echo x >/root/byte")).output.includes("No space left"));
    const { output } = await room.ssh(
      full,
      "df --output=avail,size -BG / | tail -1; head -c 1 /dev/zero >/var/tmp/x; echo $?",
    );
    expect(output).toMatch(/^\s*0G\s+2[45]G\n.*No space left.*1\n$|^\s*0G\s+2[45]G\n1\n/s);
    expect((await room.hosts.usage(3)).disk).toEqual({ sizeBytes: 25 * 2 ** 30, freeBytes: 0 });
  });

  test("full disk: it stays full over a reboot, and takes nothing of this machine's disk", async () => {
    await room.hosts.reboot(3);
    await room.answers(full);
    expect((await room.ssh(full, "head -c 1M /dev/zero >/var/tmp/x")).output).toContain("No space left");
    expect(room.bytes(3)).toBeLessThan(600 << 20);
  });

  test("never boots: it is on, and nothing answers", async () => {
    // The others have been up for long by now.
    expect(room.hosts.status(1)).toBe("active");
    const answers = await Promise.all([22, 80, 443, 9].map((port) => knock(dead, port)));
    expect(answers).toEqual(["silence", "silence", "silence", "silence"]);
    expect(await knock(other, 9)).toBe("refused");
    await room.hosts.shutdown(1);
    expect(room.hosts.status(1)).toBe("off");
  });
});

/** What a visitor hears within a second who knocks at a port. */
function knock({ public: outer }: MachineSpec, port: number): Promise<"open" | "refused" | "silence"> {
  return new Promise((resolve) => {
    const socket = connect({ host: outer?.ipv4 ?? "", port });
    const done = (answer: "open" | "refused" | "silence"): void => {
      socket.destroy();
      resolve(answer);
    };
    socket.setTimeout(1000, () => {
      done("silence");
    });
    socket.once("connect", () => {
      done("open");
    });
    socket.once("error", (error) => {
      done("code" in error && error.code === "ECONNREFUSED" ? "refused" : "silence");
    });
  });
}
