import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { type Certified, issueAuthority, issueCertificate } from "../../../components/remote/certificates";

/** Judged by OpenSSL, which knows nothing of ours. */
describe("a certificate of the private authority", () => {
  const directory = mkdtempSync(join(tmpdir(), "deploy4me-certificates-"));
  const path = (name: string) => join(directory, name);
  let authority: Certified;
  let certificate: Certified;

  beforeAll(async () => {
    authority = await issueAuthority("office");
    certificate = await issueCertificate(authority, ["wiki.example.com", "www.example.com", "203.0.113.20"]);
    writeFileSync(path("ca.pem"), authority.certificate);
    writeFileSync(path("ca.key"), authority.privateKey, { mode: 0o600 });
    writeFileSync(path("cert.pem"), certificate.certificate);
    writeFileSync(path("cert.key"), certificate.privateKey, { mode: 0o600 });
  });
  afterAll(() => {
    rmSync(directory, { recursive: true });
  });

  const openssl = (...args: string[]) => spawnSync("openssl", args, { encoding: "utf8", timeout: 10_000 });
  const verify = (...args: string[]) =>
    openssl("verify", "-x509_strict", "-purpose", "sslserver", "-CAfile", path("ca.pem"), ...args, path("cert.pem"));
  const shown = (file: string, ...args: string[]) => openssl("x509", "-noout", "-in", path(file), ...args).stdout;

  test.each([
    ["-verify_hostname", "wiki.example.com"],
    ["-verify_hostname", "www.example.com"],
    ["-verify_ip", "203.0.113.20"],
  ])("is good for its names: %s %s", (option, name) => {
    expect(verify(option, name)).toMatchObject({ status: 0, stderr: "" });
  });

  test("is good for no other name", () => {
    expect(verify("-verify_hostname", "shop.example.com").stderr).toContain("hostname mismatch");
  });

  test("is good for no one who trusts another authority", async () => {
    writeFileSync(path("other.pem"), (await issueAuthority("office")).certificate);
    expect(openssl("verify", "-CAfile", path("other.pem"), path("cert.pem")).status).not.toBe(0);
  });

  test("belongs to its key, and so does the authority's", () => {
    for (const name of ["cert", "ca"]) {
      const fromKey = openssl("pkey", "-in", path(`${name}.key`), "-pubout").stdout;
      expect(fromKey).toContain("BEGIN PUBLIC KEY");
      expect(shown(`${name}.pem`, "-pubkey")).toBe(fromKey);
    }
  });

  test("is no authority itself", () => {
    expect(shown("cert.pem", "-ext", "basicConstraints,keyUsage,extendedKeyUsage").replace(/\s+/g, " ")).toBe(
      "X509v3 Basic Constraints: critical CA:FALSE X509v3 Key Usage: critical Digital Signature " +
        "X509v3 Extended Key Usage: TLS Web Server Authentication ",
    );
  });

  test("comes from an authority that may have one intermediate below it and sign, and nothing else", () => {
    expect(shown("ca.pem", "-ext", "basicConstraints,keyUsage").replace(/\s+/g, " ")).toBe(
      "X509v3 Basic Constraints: critical CA:TRUE, pathlen:1 X509v3 Key Usage: critical Certificate Sign, CRL Sign ",
    );
  });

  test("ends when it says, before browsers refuse it, and never after its authority", async () => {
    const now = new Date("2030-06-01T00:00:00Z");
    const short = await issueAuthority("short", 1, now);
    const long = await issueCertificate(short, ["a.example.com"], 397, now);
    expect(long.notAfter).toBe(short.notAfter);
    expect(short.notAfter).toBe("2031-06-01T00:00:00.000Z");
    const ordinary = await issueCertificate(authority, ["a.example.com"]);
    expect(Date.parse(ordinary.notAfter) - Date.now()).toBeLessThanOrEqual(397 * 86_400_000);
  });

  test("has a serial number that nobody can guess", () => {
    const serials = new Set([shown("cert.pem", "-serial"), shown("ca.pem", "-serial")]);
    expect(serials.size).toBe(2);
    for (const serial of serials) expect(serial).toMatch(/^serial=[4-7][0-9A-F]{31}\n$/);
  });

  test("is accepted in a TLS handshake by a client that trusts the authority alone", () => {
    const script = `
      const tls = require("node:tls");
      const { readFileSync } = require("node:fs");
      const read = (name) => readFileSync(process.argv[1] + "/" + name);
      const server = tls.createServer({ key: read("cert.key"), cert: read("cert.pem") }, (socket) => socket.end("hello"));
      server.listen(0, "127.0.0.1", () => {
        const socket = tls.connect({ port: server.address().port, host: "127.0.0.1", servername: "wiki.example.com", ca: read("ca.pem") });
        socket.on("data", (data) => { console.log(String(data)); server.close(); });
      });`;
    expect(execFileSync(process.execPath, ["-e", script, directory], { encoding: "utf8", timeout: 10_000 })).toBe(
      "hello\n",
    );
  });
});
