import { spawnSync } from "node:child_process";
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { allowedHostsPath, squidConfiguration, writeAllowedHosts } from "../../../components/host/egress-proxy";
import { script } from "../../../components/host/script";

describe("the egress proxy", () => {
  const { content } = squidConfiguration({ listen: "10.20.0.2", networkRange: "10.20.0.0/24" });
  const rules = content.split("\n").filter((line) => line.startsWith("http_access"));

  test("listens on the private address only", () => {
    expect(content.match(/^http_port .*$/gm)).toEqual(["http_port 10.20.0.2:3128"]);
  });

  test("denies first and allows last", () => {
    expect(rules).toEqual([
      "http_access deny !network",
      "http_access deny !allowed",
      "http_access deny !web",
      "http_access deny CONNECT !tls",
      "http_access deny inner",
      "http_access allow all",
    ]);
  });

  test.each([
    "127.0.0.0/8",
    "10.0.0.0/8",
    "172.16.0.0/12",
    "192.168.0.0/16",
    "169.254.0.0/16",
    "::1/128",
    "fc00::/7",
    "fe80::/10",
  ])("leads to nothing in %s, whatever it is called", (range) => {
    expect(content).toContain(`acl inner dst ${range}\n`);
  });

  test("does not ask the DNS for the name of an address that was asked for", () => {
    expect(content).toContain(`acl allowed dstdomain -n "${allowedHostsPath}"`);
  });
});

describe("the allow-list", () => {
  const directory = mkdtempSync(join(tmpdir(), "deploy4me-egress-"));
  afterAll(() => {
    rmSync(directory, { recursive: true });
  });

  /** Runs the script with an apt of our own and below another root. */
  function allowList(sites: string, egress: string[]) {
    const apt = join(directory, "apt-get");
    writeFileSync(apt, `#!/bin/sh\ncat <<'E'\n${sites}\nE\n`);
    chmodSync(apt, 0o755);
    const text = script(writeAllowedHosts(egress)).replaceAll("/etc/deploy4me", join(directory, "etc"));
    const result = spawnSync("bash", ["-s"], {
      input: text,
      encoding: "utf8",
      timeout: 10_000,
      env: { PATH: `${directory}:/usr/bin:/bin` },
    });
    return {
      ...result,
      list: () =>
        readFileSync(join(directory, "etc", "allowed-hosts"), "utf8")
          .trimEnd()
          .split("\n"),
    };
  }

  test("is what apt says about its own sources, in whatever form", () => {
    const sites = [
      "http://mirror.example.org/debian",
      "https://user:secret@Secure.example.org:8443/x",
      "http://mirror.example.org/debian",
      "file:///var/cache",
      "cdrom:[x]",
    ].join("\n");
    expect(allowList(sites, []).list()).toEqual(["mirror.example.org", "secure.example.org"]);
  });

  test("takes in what the software asks for, and no host that a domain covers already", () => {
    const list = allowList("http://a.example.org/x", [
      ".example.org",
      ".deep.example.org",
      "z.test",
      "z.test",
      "example.org",
    ]).list();
    expect(list).toEqual([".example.org", "z.test"]);
  });

  test("is refused when apt has no source, instead of closing the way out silently", () => {
    const result = allowList("file:///var/cache", []);
    expect(result.status).toBe(1);
    expect(result.stderr).toContain("no package source was found in the configuration of apt");
  });
});
