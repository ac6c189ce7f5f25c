import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { knownHosts, sshCommand, sshConfiguration } from "../../../components/host/ssh-config";

const hosts = [
  { name: "bastion", address: "203.0.113.20", hostKey: "ssh-ed25519 AAAAB bastion" },
  { name: "wiki", address: "10.20.0.3", hostKey: "ssh-ed25519 AAAAW wiki", jump: "bastion" },
];

describe("the SSH client's configuration", () => {
  const directory = mkdtempSync(join(tmpdir(), "deploy4me-ssh-"));
  afterAll(() => {
    rmSync(directory, { recursive: true });
  });

  test("is understood by OpenSSH: pinned keys, the right key file, and the way through the bastion", () => {
    const file = join(directory, "config");
    writeFileSync(file, sshConfiguration("office", hosts, directory));
    const { stdout } = spawnSync("ssh", ["-F", file, "-G", "wiki"], { encoding: "utf8", timeout: 10_000 });
    const lines = stdout.split("\n");
    for (const line of [
      "hostname 10.20.0.3",
      "user root",
      "stricthostkeychecking true",
      "hostkeyalias office-wiki.deploy4me",
      "hostkeyalgorithms ssh-ed25519",
      `identityfile ${directory}/id_ed25519`,
      `userknownhostsfile ${directory}/known_hosts`,
      `proxycommand ssh -F ${directory}/config -W %h:%p bastion`,
    ]) {
      expect(lines).toContain(line);
    }
  });

  test("finds the host keys under the same alias", () => {
    expect(knownHosts("office", hosts)).toBe(
      "office-bastion.deploy4me ssh-ed25519 AAAAB bastion\noffice-wiki.deploy4me ssh-ed25519 AAAAW wiki\n",
    );
  });

  test("is used by one short command", () => {
    expect(sshCommand("wiki", "~/.ssh/deploy4me/office")).toBe("ssh -F ~/.ssh/deploy4me/office/config wiki");
  });
});
