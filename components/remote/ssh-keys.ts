import { createHash, generateKeyPairSync, randomBytes } from "node:crypto";

/** An ed25519 key pair as OpenSSH writes it. */
export interface KeyPair {
  /** `ssh-ed25519 AAAA… comment` */
  readonly publicKey: string;
  /** `-----BEGIN OPENSSH PRIVATE KEY-----…`, not encrypted. */
  readonly privateKey: string;
}

const keyType = "ssh-ed25519";

/**
 * Makes an ed25519 key pair in the format of OpenSSH (PROTOCOL.key in its sources).
 *
 * Not ssh2's `generateKeyPairSync`: of its keys, 10 of 3000 could not be parsed again by itself.
 */
export function generateKeyPair(comment: string): KeyPair {
  const jwk = generateKeyPairSync("ed25519").privateKey.export({ format: "jwk" });
  const publicBytes = Buffer.from(jwk.x ?? "", "base64url");
  const privateBytes = Buffer.from(jwk.d ?? "", "base64url");
  return encodeKeyPair(publicBytes, privateBytes, comment);
}

/** The same key with another comment. */
export function withComment({ publicKey, privateKey }: KeyPair, comment: string): KeyPair {
  const publicBytes = keyBlob(publicKey).subarray(-32);
  const body = Buffer.from(privateKey.replace(/-----[^-]*-----/g, ""), "base64");
  // The secret half is stored as private then public bytes, so it stands right before the last copy of the public half.
  const end = body.lastIndexOf(publicBytes);
  return encodeKeyPair(publicBytes, body.subarray(end - 32, end), comment);
}

/**
 * The binary form of a public key, which is what a host shows.
 * @throws TypeError when it is not an ed25519 key
 */
export function keyBlob(publicKey: string): Buffer {
  const [type, encoded = ""] = publicKey.trim().split(/\s+/);
  const blob = Buffer.from(encoded, "base64");
  if (type !== keyType || !blob.subarray(0, -32).equals(keyHead) || blob.length !== keyHead.length + 32) {
    throw new TypeError(`a pinned host key has to be an ${keyType} public key, such as "${keyType} AAAA…"`);
  }
  return blob;
}

/** `SHA256:…`, as ssh-keygen shows it. */
export function fingerprint(blob: Buffer): string {
  return `SHA256:${createHash("sha256").update(blob).digest("base64").replace(/=+$/, "")}`;
}

function encodeKeyPair(publicBytes: Buffer, privateBytes: Buffer, comment: string): KeyPair {
  const blob = Buffer.concat([keyHead, publicBytes]);
  const check = randomBytes(4);
  const secret = Buffer.concat([
    check,
    check,
    blob,
    field(Buffer.concat([privateBytes, publicBytes])),
    field(Buffer.from(comment)),
  ]);
  const padding = Buffer.from(Array.from({ length: (8 - (secret.length % 8)) % 8 }, (_, index) => index + 1));
  const none = field(Buffer.from("none"));
  const file = Buffer.concat([
    Buffer.from("openssh-key-v1\0"),
    none,
    none,
    field(Buffer.alloc(0)),
    Buffer.from([0, 0, 0, 1]),
    field(blob),
    field(Buffer.concat([secret, padding])),
  ]);
  const lines = file.toString("base64").match(/.{1,70}/g) ?? [];
  return {
    publicKey: `${keyType} ${blob.toString("base64")}${comment === "" ? "" : ` ${comment}`}`,
    privateKey: ["-----BEGIN OPENSSH PRIVATE KEY-----", ...lines, "-----END OPENSSH PRIVATE KEY-----", ""].join("\n"),
  };
}

/** A string of the SSH protocol: its length, then itself (RFC 4251). */
function field(content: Buffer): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(content.length);
  return Buffer.concat([length, content]);
}

const keyHead = Buffer.concat([field(Buffer.from(keyType)), Buffer.from([0, 0, 0, 32])]);
