import { CommandFailed } from "../../../components/remote/errors";
import { connect, type SshSession } from "../../../components/remote/ssh";
import { closeIdleLines } from "../../../components/remote/ssh-lines";
import { type Sshd, startSshd } from "./sshd";

describe("writing a file on a machine", () => {
  let machine: Sshd;
  let session: SshSession;

  beforeAll(async () => {
    machine = await startSshd();
    session = await connect(machine.endpoint);
  });
  afterAll(async () => {
    session.close();
    closeIdleLines();
    await machine.stop();
  });

  const out = async (script: string) => (await session.run(script)).stdout;

  test.each([
    ["text", "text\n"],
    ["nothing", ""],
    ["what a shell would read", "$HOME `id` 'x' \\\nEND\n"],
    ["bytes", Buffer.from([0, 255, 10, 13, 0])],
  ])("brings %s unchanged", async (_, content) => {
    await session.write("/srv/a file's name", content, 0o644);
    await expect(out(`base64 -w0 "/srv/a file's name"`)).resolves.toBe(Buffer.from(content).toString("base64"));
  });

  test("gives it its rights and its owner, and makes the folders above", async () => {
    await session.write("/srv/deep/er/file", "x", 0o640, "root:daemon");
    await expect(out("stat -c '%a %U:%G' /srv/deep/er/file /srv/deep")).resolves.toBe(
      "640 root:daemon\n755 root:root\n",
    );
  });

  test("leaves the rights of a folder that is there as they are", async () => {
    await session.run("mkdir -m 0700 /srv/private");
    await session.write("/srv/private/file", "x", 0o644);
    await expect(out("stat -c %a /srv/private")).resolves.toBe("700\n");
  });

  test("replaces it in one step: who has the old one open goes on reading it, and nothing half is left beside it", async () => {
    await session.write("/srv/steps/file", "old\n", 0o644);
    const reading = session.run(
      "exec 3</srv/steps/file; touch /srv/opened; until [ -e /srv/written ]; do sleep 0.05; done; cat <&3",
    );
    await session.run("until [ -e /srv/opened ]; do sleep 0.05; done");
    await session.write("/srv/steps/file", "new\n", 0o644);
    await session.run("touch /srv/written");
    await expect(reading).resolves.toMatchObject({ stdout: "old\n" });
    await expect(out("cat /srv/steps/file; ls -A /srv/steps")).resolves.toBe("new\nfile\n");
  });

  test("that can't take its place leaves nothing beside it", async () => {
    await session.run("mkdir -p /srv/taken/file/inside");
    await expect(session.write("/srv/taken/file", "secret", 0o600)).rejects.toThrow(CommandFailed);
    await expect(out("ls -A /srv/taken")).resolves.toBe("file\n");
  });

  test("that fails says what, where and why", async () => {
    await expect(session.write("/proc/nowhere/file", "x", 0o600)).rejects.toThrow(
      /^127\.0\.0\.1 failed at writing \/proc\/nowhere\/file \(exit code 1\)\. The end of what it wrote:\nmkdir: cannot create directory/,
    );
  });
});
