import "reflect-metadata";

import { randomBytes, webcrypto } from "node:crypto";

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
/** Clocks of machines that just booted may be behind. */
const clockSkew = day;

/** A certificate and its key, both PEM; the key in PKCS#8. */
export interface Certified {
  readonly certificate: string;
  readonly privateKey: string;
  /** ISO 8601. */
  readonly notAfter: string;
}

/** A root that may sign certificates for hosts, but no further authority's authority: Caddy signs with an intermediate. */
export async function issueAuthority(commonName: string, years = 10, now = new Date()): Promise<Certified> {
  const keys = await webcrypto.subtle.generateKey(curve, true, ["sign", "verify"]);
  const notAfter = new Date(now.getTime() + years * 365 * day);
  const certificate = await X509CertificateGenerator.createSelfSigned(
    {
      serialNumber: serialNumber(),
      name: [{ CN: [commonName] }],
      notBefore: new Date(now.getTime() - clockSkew),
      notAfter,
      signingAlgorithm: signature,
      keys,
      extensions: [
        new BasicConstraintsExtension(true, 1, true),
        new KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign, true),
        await SubjectKeyIdentifierExtension.create(keys.publicKey, false, webcrypto),
      ],
    },
    webcrypto,
  );
  return certified(certificate, keys.privateKey);
}

/**
 * A certificate for a server's names, signed by an authority.
 * @param days 397 is the most that browsers accept
 */
export async function issueCertificate(
  authority: Pick<Certified, "certificate" | "privateKey">,
  names: readonly [string, ...string[]],
  days = 397,
  now = new Date(),
): Promise<Certified> {
  const issuer = new X509Certificate(authority.certificate);
  const signingKey = await webcrypto.subtle.importKey(
    "pkcs8",
    PemConverter.decodeFirst(authority.privateKey),
    curve,
    false,
    ["sign"],
  );
  const keys = await webcrypto.subtle.generateKey(curve, true, ["sign", "verify"]);
  const end = new Date(now.getTime() + days * day);
  const certificate = await X509CertificateGenerator.create(
    {
      serialNumber: serialNumber(),
      subject: [{ CN: [names[0]] }],
      issuer: issuer.subjectName.toJSON(),
      notBefore: new Date(now.getTime() - clockSkew),
      notAfter: end < issuer.notAfter ? end : issuer.notAfter,
      signingAlgorithm: signature,
      publicKey: keys.publicKey,
      signingKey,
      extensions: [
        new BasicConstraintsExtension(false, undefined, true),
        new KeyUsagesExtension(KeyUsageFlags.digitalSignature, true),
        new ExtendedKeyUsageExtension([ExtendedKeyUsage.serverAuth]),
        new SubjectAlternativeNameExtension(names.map((value) => ({ type: isAddress(value) ? "ip" : "dns", value }))),
        await SubjectKeyIdentifierExtension.create(keys.publicKey, false, webcrypto),
        await AuthorityKeyIdentifierExtension.create(issuer.publicKey, false, webcrypto),
      ],
    },
    webcrypto,
  );
  return certified(certificate, keys.privateKey);
}

async function certified(certificate: X509Certificate, privateKey: webcrypto.CryptoKey): Promise<Certified> {
  const pkcs8 = await webcrypto.subtle.exportKey("pkcs8", privateKey);
  return {
    certificate: `${certificate.toString("pem")}\n`,
    privateKey: `${PemConverter.encode(pkcs8, PemConverter.PrivateKeyTag)}\n`,
    notAfter: certificate.notAfter.toISOString(),
  };
}

/** Positive and unguessable (CA/Browser Forum: at least 64 random bits). */
function serialNumber(): string {
  const bytes = randomBytes(16);
  bytes[0] = ((bytes[0] ?? 0) & 0x7f) | 0x40;
  return bytes.toString("hex");
}

function isAddress(name: string): boolean {
  return /^[\d.]+$/.test(name) || name.includes(":");
}
