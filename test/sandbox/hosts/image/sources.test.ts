import {
  available,
  parseCandidates,
  parseTransportOptions,
  renderSources,
} from "../../../../sandbox/hosts/image/sources";

const printed = (...places: string[]) => places.map((place) => `'${place}/InRelease' mirror_file 0 `).join("\n");

describe("the sources of the image", () => {
  test("are this machine's own, with the image's release in place of the machine's", () => {
    const output = printed(
      "http://mirror.example/debian/dists/bookworm",
      "http://mirror.example/debian/dists/bookworm-updates",
      "http://mirror.example/security/dists/bookworm-security",
    );
    expect(parseCandidates(output, "bookworm")).toEqual([
      { uri: "http://mirror.example/debian", suite: "trixie" },
      { uri: "http://mirror.example/debian", suite: "trixie-updates" },
      { uri: "http://mirror.example/security", suite: "trixie-security" },
    ]);
  });

  test("leave out what is not the distribution's: other suites and backports", () => {
    const output = printed(
      "https://packages.example/node/dists/nodistro",
      "http://mirror.example/debian/dists/bookworm-backports",
      "http://mirror.example/debian/dists/stable",
    );
    expect(parseCandidates(output, "bookworm")).toEqual([{ uri: "http://mirror.example/debian", suite: "trixie" }]);
  });

  test("are asked, and a place that has no such release is an error that says what to do", async () => {
    const nowhere = { uri: "file:/nowhere", suite: "trixie" };
    await expect(available([nowhere])).rejects.toMatchObject({ code: "IMAGE_BUILD_FAILED" });
    await expect(available([nowhere])).rejects.toThrow(/asked: file:\/nowhere.*DEPLOY4ME_DEBIAN_MIRROR/s);
  });

  test("are believed only with Debian's signature", () => {
    expect(renderSources([{ uri: "http://mirror.example/debian", suite: "trixie" }])).toBe(
      "Types: deb\nURIs: http://mirror.example/debian\nSuites: trixie\nComponents: main\n" +
        "Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg\n",
    );
  });

  test("are reached as this machine reaches them", () => {
    const dump = [
      'APT::Architecture "amd64";',
      'Acquire::http "";',
      'Acquire::http::Proxy "http://proxy.example:3128";',
      'Acquire::Check-Valid-Until "false";',
      'Acquire::IndexTargets::deb::Packages::Optional "0";',
      'DPkg::Post-Invoke:: "rm -f /var/cache/apt/archives/*.deb";',
    ].join("\n");
    expect(parseTransportOptions(dump)).toEqual([
      'Acquire::http::Proxy "http://proxy.example:3128";',
      'Acquire::Check-Valid-Until "false";',
    ]);
  });
});
