import type { SshKey } from "../state";

export function sshKeyBody({ id, fingerprint, publicKey, name }: SshKey): object {
  return { id, fingerprint, public_key: publicKey, name };
}
