import { createHash } from "node:crypto";

import { notFound, unprocessable } from "../errors";
import type { CloudState, SshKey } from "../state";

const keyTypes = [
  "ssh-ed25519",
  "ssh-rsa",
  "ecdsa-sha2-nistp256",
  "ecdsa-sha2-nistp384",
  "ecdsa-sha2-nistp521",
  "sk-ssh-ed25519@openssh.com",
  "sk-ecdsa-sha2-nistp256@openssh.com",
];

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
  const [type, body, ...comment] = publicKey.split(/\s+/);
  const bytes = Buffer.from(body ?? "", "base64");
  const named = bytes.length > 4 ? bytes.subarray(4, 4 + bytes.readUInt32BE(0)).toString() : "";
  if (type === undefined || !keyTypes.includes(type) || named !== type || comment.some((word) => word.includes("\n"))) {
    throw unprocessable("Key invalid, key should be of the format `type key [comment]`");
  }
  return (createHash("md5").update(bytes).digest("hex").match(/../g) ?? []).join(":");
}
