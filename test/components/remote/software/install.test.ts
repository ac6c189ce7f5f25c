import { CommandFailed } from "../../../../components/remote/errors";
import { SoftwareUnhealthy } from "../../../../components/remote/software/errors";
import { install, observe, remove } from "../../../../components/remote/software/install";
import { asDefined, conditionOf } from "../../../../components/remote/software/observation";
import { bootMachine, type Machine } from "./machine";
import { installation, notes, password, publish } from "./notes";

/** One machine for all of it: the steps are those of an installation's life, and each says what it stands on. */
describe("software on a machine", () => {
  let machine: Machine;
  const lines: string[] = [];
  const progress = (line: string) => lines.push(line);
  const out = async (script: string) => (await machine.session.run(script)).stdout;
  const look = async () => conditionOf(await observe(machine.session, installation()));
  const mend = () => install(machine.session, installation(), notes(), progress);

  beforeAll(async () => {
    machine = await bootMachine();
    await publish(machine.session, "1.0-1");
  });
  afterAll(() => machine.stop());

  describe("installed", () => {
    test("answers, and says which version it is; people see each step", async () => {
      await expect(install(machine.session, installation(), undefined, progress)).resolves.toEqual({
        version: "1.0-1",
        problems: [],
      });
      expect(lines).toEqual([
        "Notes on 10.20.0.3: installing packages",
        "Notes on 10.20.0.3: writing configuration",
        "Notes on 10.20.0.3: setting up",
        "Notes on 10.20.0.3: starting services",
        "Notes on 10.20.0.3: waiting for it to answer",
      ]);
      await expect(out("curl -s http://127.0.0.1:8080/page")).resolves.toMatch(/^Bob's "notes" 1\.0-1 Welcome /);
    });

    test("has its files as defined, with parameters filled in, and its set-up done with the password", async () => {
      await expect(
        out("stat -c '%a %U:%G' /etc/notes/notes.json; cat /etc/notes/notes.json /var/lib/notes/password"),
      ).resolves.toBe(`640 root:root\n{ "title": "Bob's \\"notes\\"", "page": "Welcome" }\n${password}`);
    });

    test("starts with the machine", async () => {
      await expect(out("systemctl is-enabled notes notes-tick")).resolves.toBe("enabled\nenabled\n");
    });

    test("once more, is as before", async () => {
      await expect(mend()).resolves.toEqual({ version: "1.0-1", problems: [] });
    });

    test("is found as defined by who only looks", async () => {
      await expect(look()).resolves.toBe(asDefined);
    });
  });

  describe("changed by hand", () => {
    test.each([
      ["a file", "echo >>/etc/notes/notes.json", "/etc/notes/notes.json has other content than defined"],
      ["a file's rights", "chmod 0644 /etc/notes/notes.json", "/etc/notes/notes.json has other rights than defined"],
      ["a file's owner", "chown daemon /etc/notes/notes.json", "/etc/notes/notes.json has other rights than defined"],
      ["a file that is gone", "rm /etc/notes/notes.json", "/etc/notes/notes.json is missing"],
      ["a service that is stopped", "systemctl stop notes-tick", "the service notes-tick is inactive"],
      [
        "a service that is disabled",
        "systemctl disable -q notes-tick",
        "the service notes-tick does not start at boot",
      ],
    ])("%s shows, and is mended", async (_, change, condition) => {
      await machine.session.run(change);
      await expect(look()).resolves.toBe(condition);
      await expect(mend()).resolves.toMatchObject({ problems: [] });
    });

    test("a package that is gone shows with all that comes of it, and is mended", async () => {
      await machine.session.run("apt-get remove -y -q notes");
      const found = await observe(machine.session, installation());
      expect(found).toEqual({
        version: "",
        problems: [
          "the package notes is not installed",
          "the service notes is inactive",
          "no answer at port 8080/page ([Errno 111] Connection refused)",
        ],
      });
      await expect(mend()).resolves.toEqual({ version: "1.0-1", problems: [] });
    });
  });

  describe("that does not work", () => {
    test("is an error with what is wrong and what its services said, without secrets", async () => {
      const files = notes().files.map((file, index) =>
        index === 0 ? { ...file, content: "{{adminPassword}}" } : file,
      );
      const broken = notes({ files });
      const quick = { ...broken, health: { ...broken.health, seconds: 1 } };
      const failing = install(machine.session, installation({ definition: quick }), notes(), progress);
      await expect(failing).rejects.toThrow(SoftwareUnhealthy);
      const error = await failing.catch((reason: unknown) => reason);
      if (!(error instanceof SoftwareUnhealthy)) throw new TypeError("another error");
      expect(error.problems).toEqual(
        expect.arrayContaining([expect.stringMatching(/^the service notes is (failed|activating)$/)]),
      );
      expect(error.log).toContain("json.decoder.JSONDecodeError");
      expect(`${error.message}\n${JSON.stringify(error)}`).not.toContain(password);
      await mend();
    });

    test("says that another page answers", async () => {
      const other = notes({ health: { path: "/page", status: 200, contains: "Your wiki", seconds: 1 } });
      await expect(observe(machine.session, installation({ definition: other }), 1)).resolves.toMatchObject({
        problems: ["an answer without the text Your wiki at port 8080/page"],
      });
      const missing = notes({ health: { path: "/none", status: 200, contains: "Welcome", seconds: 1 } });
      await expect(observe(machine.session, installation({ definition: missing }), 1)).resolves.toMatchObject({
        problems: ["HTTP status 404 instead of 200 at port 8080/none"],
      });
    });

    test("because its set-up fails is an error that says so, without secrets", async () => {
      const definition = notes({ setup: 'echo "login failed for $ADMIN_PASSWORD" >&2; false' });
      const failing = install(machine.session, installation({ definition }), notes(), progress);
      await expect(failing).rejects.toThrow(CommandFailed);
      await expect(failing).rejects.toThrow(
        "10.20.0.3 failed at setting up (exit code 1). The end of what it wrote:\nlogin failed for [secret]",
      );
    });

    test("because there is no such package is an error that names it", async () => {
      const definition = notes({ packages: { install: ["notes", "nothing-such"], without: [], version: "notes" } });
      await expect(install(machine.session, installation({ definition }), notes(), progress)).rejects.toThrow(
        /failed at installing packages \(exit code 100\)[^]*Unable to locate package nothing-such/,
      );
    });
  });

  describe("in another version", () => {
    test("stays as it is until one is asked for", async () => {
      await publish(machine.session, "2.0-1");
      await expect(mend()).resolves.toMatchObject({ version: "1.0-1" });
    });

    test("is upgraded to the one that is asked for, although the machine has not heard of it yet", async () => {
      const wanted = installation({ wantedVersion: "2.0*" });
      await expect(install(machine.session, wanted, notes(), progress)).resolves.toEqual({
        version: "2.0-1",
        problems: [],
      });
      await expect(out("curl -s http://127.0.0.1:8080/page")).resolves.toContain("2.0-1");
    });

    test("that brings less leaves nothing of the earlier one behind", async () => {
      const [file] = notes().files;
      if (!file) throw new Error("no file");
      const definition = notes({ files: [file], services: ["notes"] });
      await expect(install(machine.session, installation({ definition }), notes(), progress)).resolves.toMatchObject({
        problems: [],
      });
      await expect(
        out(
          "systemctl is-active notes-tick; ls /etc/systemd/system/notes-tick.service /etc/systemd/system/*/notes-tick.service 2>&1 | wc -l",
        ),
      ).resolves.toBe("inactive\n2\n");
      await expect(mend()).resolves.toMatchObject({ problems: [] });
    });
  });

  describe("removed", () => {
    test("is gone but for its data", async () => {
      await machine.session.run("touch /var/lib/notes/lock");
      await remove(machine.session, installation(), false, progress);
      await expect(out("systemctl is-active notes notes-tick; ls -A /etc/notes /var/lib/notes")).resolves.toBe(
        "inactive\ninactive\n/etc/notes:\n\n/var/lib/notes:\npassword\n",
      );
      await expect(out("dpkg-query -W -f '${db:Status-Status}' notes")).resolves.toBe("config-files");
    });

    test("once more, is as before: it may have broken off half-way", async () => {
      await expect(remove(machine.session, installation(), false, progress)).resolves.toBeUndefined();
    });

    test("comes back with its data", async () => {
      await machine.session.run("echo kept >/var/lib/notes/page");
      await mend();
      await expect(out("cat /var/lib/notes/page")).resolves.toBe("kept\n");
    });

    test("takes its data along when that is said", async () => {
      await remove(machine.session, installation(), true, progress);
      await expect(out("ls -A /var/lib/notes 2>&1; dpkg-query -W notes 2>&1")).resolves.toMatch(
        /cannot access '\/var\/lib\/notes'[^]*no packages found matching notes/,
      );
    });
  });
});
