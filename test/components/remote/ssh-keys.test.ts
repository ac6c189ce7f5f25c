import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { utils } from "ssh2";

import { fingerprint, generateKeyPair, keyBlob, withComment } from "../../../components/remote/ssh-keys";

describe("an SSH key pair", () => {
  const directory = mkdtempSync(join(tmpdir(), "deploy4me-keys-"));
  afterAll(() => {
    rmSync(directory, { recursive: true });
  });

  /** What OpenSSH itself makes of a key file. */
  function sshKeygen(key: string, ...args: string[]): string {
    const file = join(directory, "key");
    writeFileSync(file, key, { mode: 0o600 });
    return execFileSync("ssh-keygen", [...args, "-f", file], { encoding: "utf8", timeout: 10_000 });
  }

  test("is one for OpenSSH: the public half and the fingerprint follow from the private one", () => {
    const { publicKey, privateKey } = generateKeyPair("office-wiki");
    expect(sshKeygen(privateKey, "-y")).toBe(`${publicKey}\n`);
    expect(sshKeygen(publicKey, "-l")).toBe(`256 ${fingerprint(keyBlob(publicKey))} office-wiki (ED25519)\n`);
  });

  test("is one for ssh2, every time", () => {
    for (let round = 0; round < 500; round++) {
      const parsed = utils.parseKey(generateKeyPair("x").privateKey);
      expect(parsed).not.toBeInstanceOf(Error);
    }
  });

  test.each(["", "a", "a-longer-comment-than-before", "x".repeat(200)])(
    "keeps the key with another comment: %p",
    (comment) => {
      const before = generateKeyPair("before");
      const after = withComment(before, comment);
      expect(keyBlob(after.publicKey)).toEqual(keyBlob(before.publicKey));
      expect(sshKeygen(after.privateKey, "-y")).toBe(`${after.publicKey}\n`);
    },
  );

  test("is never the same twice", () => {
    expect(generateKeyPair("x").privateKey).not.toBe(generateKeyPair("x").privateKey);
  });

  test.each([
    ["nothing", ""],
    ["another type", "ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAAAgQ=="],
    ["a key cut short", generateKeyPair("x").publicKey.slice(0, 40)],
    ["a name that is not the key's", generateKeyPair("x").publicKey.replace("ssh-ed25519", "ssh-dss")],
  ])("is not made of %s", (_, text) => {
    expect(() => keyBlob(text)).toThrow(TypeError);
  });
});
