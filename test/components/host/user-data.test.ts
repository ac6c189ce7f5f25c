import { createHash } from "node:crypto";

import { parse } from "yaml";

import { renderUserData, type UserData } from "../../../components/host/user-data";

const server: UserData = {
  hostKey: {
    privateKey: "-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n-----END OPENSSH PRIVATE KEY-----\n",
    publicKey: "ssh-ed25519 AAAA",
  },
  authorizedKeys: ["ssh-ed25519 BBBB office"],
  baseline: { path: "/etc/deploy4me/baseline.nft", mode: "0600", content: "table inet deploy4me_baseline { }\n" },
  bootUnit: { path: "/etc/systemd/system/deploy4me-firewall.service", content: "[Unit]\n" },
  jump: false,
};
const bastion: UserData = {
  ...server,
  jump: true,
  packages: { transactions: [["squid"], ["caddy"]], masked: ["squid.service"] },
};

interface CloudConfig {
  readonly bootcmd: readonly (readonly string[])[];
  readonly write_files: readonly { readonly path: string; readonly content: string; readonly permissions: string }[];
  readonly runcmd: readonly (readonly string[])[];
  readonly ssh_keys: Readonly<Record<string, string>>;
}

const config = (data: UserData) => parse(renderUserData(data)) as CloudConfig;
const fileOf = (data: UserData, path: string) =>
  config(data).write_files.find((file) => file.path === path)?.content ?? "";

describe("user data", () => {
  test("is cloud-config", () => {
    expect(renderUserData(server).split("\n")[0]).toBe("#cloud-config");
  });

  // A change of this text replaces every bastion at the next `up`. Servers keep theirs. Change the hash only when that is
  // what you want.
  test("changes only deliberately", () => {
    const hash = (data: UserData) => createHash("sha256").update(renderUserData(data)).digest("hex").slice(0, 16);
    expect({ server: hash(server), bastion: hash(bastion) }).toMatchInlineSnapshot(`
     {
       "bastion": "92a109811bdb1b48",
       "server": "25565adbbbff9457",
     }
    `);
  });

  test("brings exactly one host key, ed25519, and has all others removed", () => {
    expect(Object.keys(config(server).ssh_keys)).toEqual(["ed25519_private", "ed25519_public"]);
    expect(config(server)).toMatchObject({ ssh_deletekeys: true });
    expect(fileOf(server, "/etc/ssh/sshd_config.d/10-deploy4me.conf").match(/^HostKey .*/gm)).toEqual([
      "HostKey /etc/ssh/ssh_host_ed25519_key",
    ]);
  });

  test("protects the machine by its very first command, at the first boot alone", () => {
    const [first, ...others] = config(server).bootcmd;
    expect(others).toEqual([]);
    expect(first?.slice(0, 2)).toEqual(["sh", "-c"]);
    const script = first?.[2] ?? "";
    expect(script).toMatch(/^\[ ! -e \/etc\/deploy4me\/protected \] \|\| exit 0\n/);
    expect(script).toContain("table inet deploy4me_baseline { }\n");
    expect(script).toMatch(/\nnft -f \/etc\/deploy4me\/baseline\.nft\n$/);
  });

  test("has every later boot protected before this one is, whatever becomes of the rest of it", () => {
    const script = config(server).bootcmd[0]?.[2] ?? "";
    const order = [
      "baseline.nft <<",
      "[Unit]\n",
      "systemctl enable",
      "touch /etc/deploy4me/protected",
      "\nsync ",
      "\nnft -f",
    ];
    const places = order.map((text) => script.indexOf(text));
    expect(places).toEqual([...places].sort((a, b) => a - b));
    expect(places[0]).toBeGreaterThan(0);
    expect(JSON.stringify([config(server).write_files, config(server).runcmd])).not.toContain("deploy4me-firewall");
  });

  test("admits keys only", () => {
    const sshd = fileOf(server, "/etc/ssh/sshd_config.d/10-deploy4me.conf");
    for (const line of [
      "PasswordAuthentication no",
      "KbdInteractiveAuthentication no",
      "AuthenticationMethods publickey",
    ]) {
      expect(sshd).toContain(`${line}\n`);
    }
  });

  test("lets others be reached through the bastion alone", () => {
    expect(fileOf(bastion, "/etc/ssh/sshd_config.d/10-deploy4me.conf")).toContain("AllowTcpForwarding local\n");
    expect(fileOf(server, "/etc/ssh/sshd_config.d/10-deploy4me.conf")).toContain("AllowTcpForwarding no\n");
  });

  test("waits for a way out before it installs anything, and not for ever", () => {
    const script = fileOf(bastion, "/usr/local/lib/deploy4me/packages");
    expect(script).toMatch(/\nuntil apt-get update .*Error-Mode=any .*; do\n {2}\[ \$SECONDS -lt 600 \] \|\| exit 1\n/);
    expect(script.indexOf("apt-get update")).toBeLessThan(script.indexOf("apt-get install"));
  });

  test("keeps services off that are not configured yet: no default page, no open proxy", () => {
    const script = fileOf(bastion, "/usr/local/lib/deploy4me/packages");
    expect(script.indexOf("systemctl mask")).toBeLessThan(script.indexOf("apt-get install"));
    expect(config(server).runcmd.flat().join(" ")).not.toContain("packages");
  });
});
