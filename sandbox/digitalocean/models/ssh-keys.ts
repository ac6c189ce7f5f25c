import { createHash } from "node:crypto";

import { notFound, unprocessable } from "../errors";
import type { CloudState, SshKey } from "../state";

/** By the type of the key, what its bytes hold after that type: so many parts, each with its length before it (RFC 4253, 6.6). */
const partsByType: Readonly<Record<string, number>> = {
  "ssh-ed25519": 1,
  "ssh-rsa": 2,
  "ecdsa-sha2-nistp256": 2,
  "ecdsa-sha2-nistp384": 2,
  "ecdsa-sha2-nistp521": 2,
  // Keys in a token name the application that they are for as well.
  "sk-ssh-ed25519@openssh.com": 2,
  "sk-ecdsa-sha2-nistp256@openssh.com": 3,
};

export function createSshKey(draft: CloudState, input: { name: string; public_key: string }): SshKey {
  const publicKey = input.public_key.trim();
  const fingerprint = fingerprintOf(publicKey);
  if (input.name.trim() === "") throw unprocessable("Name can't be blank");
  if (draft.sshKeys.some((key) => key.fingerprint === fingerprint)) {
    throw unprocessable("SSH Key is already in use on your account");
  }
  const key: SshKey = { id: draft.next.sshKey++, name: input.name, publicKey, fingerprint };
  draft.sshKeys.push(key);
  return key;
}

/** By number or by fingerprint. */
export function findSshKey(state: CloudState, reference: string | number): SshKey | undefined {
  const text = String(reference);
  return state.sshKeys.find(({ id, fingerprint }) => String(id) === text || fingerprint === text);
}

export function getSshKey(state: CloudState, reference: string): SshKey {
  const key = findSshKey(state, reference);
  if (key === undefined) throw notFound();
  return key;
}

export function renameSshKey(draft: CloudState, reference: string, name: string | undefined): SshKey {
  const key = getSshKey(draft, reference);
  if (name?.trim() === "") throw unprocessable("Name can't be blank");
  key.name = name ?? key.name;
  return key;
}

/** Machines that know the key keep it. */
export function deleteSshKey(draft: CloudState, reference: string): void {
  const { id } = getSshKey(draft, reference);
  draft.sshKeys = draft.sshKeys.filter((key) => key.id !== id);
}

/** The MD5 of the key's bytes: that is how DigitalOcean names keys, it is no protection. */
function fingerprintOf(publicKey: string): string {
  const [type = "", body = ""] = publicKey.split(/[ \t]+/);
  const bytes = Buffer.from(body, "base64");
  const [named, ...parts] = partsOf(bytes);
  const complete = named?.toString() === type && parts.length === partsByType[type];
  if (!complete || /[\r\n]/.test(publicKey)) {
    throw unprocessable("Key invalid, key should be of the format `type key [comment]`");
  }
  return (createHash("md5").update(bytes).digest("hex").match(/../g) ?? []).join(":");
}

/** @returns nothing when the bytes don't end with the last part */
function partsOf(bytes: Buffer): Buffer[] {
  const parts: Buffer[] = [];
  let at = 0;
  while (at + 4 <= bytes.length) {
    const end = at + 4 + bytes.readUInt32BE(at);
    if (end > bytes.length) return [];
    parts.push(bytes.subarray(at + 4, end));
    at = end;
  }
  return at === bytes.length ? parts : [];
}
