import "reflect-metadata";

import { randomBytes, webcrypto } from "node:crypto";
import { isIP } from "node:net";

import {
  AuthorityKeyIdentifierExtension,
  BasicConstraintsExtension,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  KeyUsageFlags,
  KeyUsagesExtension,
  PemConverter,
  SubjectAlternativeNameExtension,
  SubjectKeyIdentifierExtension,
  X509Certificate,
  X509CertificateGenerator,
} from "@peculiar/x509";

const curve = { name: "ECDSA", namedCurve: "P-256" } as const;
const signature = { name: "ECDSA", hash: "SHA-256" } as const;
const day = 86_400_000;

/** A certificate and its key, both PEM; the key in PKCS#8. */
export interface Certified {
  readonly certificate: string;
  readonly privateKey: string;
}

/** A root that signs certificates of servers, and nothing else. Valid for ten years. */
export async function issueAuthority(commonName: string): Promise<Certified> {
  const keys = await webcrypto.subtle.generateKey(curve, true, ["sign", "verify"]);
  const certificate = await X509CertificateGenerator.createSelfSigned(
    {
      serialNumber: serialNumber(),
      name: [{ CN: [commonName] }],
      ...validFor(3650),
      signingAlgorithm: signature,
      keys,
      extensions: [
        new BasicConstraintsExtension(true, 0, true),
        new KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign, true),
        await SubjectKeyIdentifierExtension.create(keys.publicKey, false, webcrypto),
      ],
    },
    webcrypto,
  );
  return certified(certificate, keys.privateKey);
}

/**
 * A certificate for a server, valid for 397 days: the most that clients accept.
 * @param names of the server: host names and addresses
 */
export async function issueCertificate(
  authority: Certified,
  names: readonly [string, ...string[]],
): Promise<Certified> {
  const issuer = new X509Certificate(authority.certificate);
  const rawKey = PemConverter.decodeFirst(authority.privateKey);
  const signingKey = await webcrypto.subtle.importKey("pkcs8", rawKey, curve, false, ["sign"]);
  const keys = await webcrypto.subtle.generateKey(curve, true, ["sign", "verify"]);
  const certificate = await X509CertificateGenerator.create(
    {
      serialNumber: serialNumber(),
      subject: [{ CN: [names[0]] }],
      issuer: issuer.subjectName.toJSON(),
      ...validFor(397),
      signingAlgorithm: signature,
      publicKey: keys.publicKey,
      signingKey,
      extensions: [
        new BasicConstraintsExtension(false, undefined, true),
        new KeyUsagesExtension(KeyUsageFlags.digitalSignature, true),
        new ExtendedKeyUsageExtension([ExtendedKeyUsage.serverAuth]),
        new SubjectAlternativeNameExtension(
          names.map((value) => ({ type: isIP(value) === 0 ? "dns" : "ip", value }) as const),
        ),
        await SubjectKeyIdentifierExtension.create(keys.publicKey, false, webcrypto),
        await AuthorityKeyIdentifierExtension.create(issuer.publicKey, false, webcrypto),
      ],
    },
    webcrypto,
  );
  return certified(certificate, keys.privateKey);
}

/** By the machine's own time, whatever the sandbox's clock says: the clients' libraries go by it. */
function validFor(days: number): { readonly notBefore: Date; readonly notAfter: Date } {
  const now = Date.now();
  return { notBefore: new Date(now - day), notAfter: new Date(now + (days - 1) * day) };
}

async function certified(certificate: X509Certificate, privateKey: webcrypto.CryptoKey): Promise<Certified> {
  const pkcs8 = await webcrypto.subtle.exportKey("pkcs8", privateKey);
  return {
    certificate: `${certificate.toString("pem")}\n`,
    privateKey: `${PemConverter.encode(pkcs8, PemConverter.PrivateKeyTag)}\n`,
  };
}

/** Positive and unguessable (CA/Browser Forum: at least 64 random bits). */
function serialNumber(): string {
  const bytes = randomBytes(16);
  bytes[0] = ((bytes[0] ?? 0) & 0x7f) | 0x40;
  return bytes.toString("hex");
}
