import { X509Certificate } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { request } from "node:https";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { type Daemon, startDaemon } from "../../sandbox/daemon";
import { daemonFiles } from "../../sandbox/daemon-files";
import { RecordedHosts } from "./digitalocean/recorded-hosts";

describe("the API over TLS", () => {
  let directory: string;
  let daemon: Daemon;
  beforeEach(async () => {
    directory = mkdtempSync(join(tmpdir(), "deploy4me-tls-"));
    daemon = await start();
  });
  afterEach(async () => {
    await daemon.close();
    rmSync(directory, { recursive: true });
  });

  const files = () => daemonFiles(directory);
  const start = (): Promise<Daemon> =>
    startDaemon({ directory, openRoom: () => Promise.resolve(new RecordedHosts()), log: () => undefined });

  const get = (url: string, ca?: string): Promise<{ status: number; body: string }> =>
    new Promise((resolve, reject) => {
      const token = readFileSync(files().token, "utf8").trim();
      const sent = request(url, { ...(ca === undefined ? {} : { ca }), headers: { authorization: `Bearer ${token}` } });
      sent.on("response", (answer) => {
        let body = "";
        answer.setEncoding("utf8");
        answer.on("data", (chunk: string) => (body += chunk));
        answer.on("end", () => {
          resolve({ status: answer.statusCode ?? 0, body });
        });
      });
      sent.on("error", reject);
      sent.end();
    });

  test.each(["127.0.0.1", "localhost"])("answers whoever believes in the sandbox's authority: %s", async (name) => {
    const url = `${daemon.tlsUrl.replace("127.0.0.1", name)}/v2/sizes?per_page=1`;
    const answer = await get(url, readFileSync(daemon.caFile, "utf8"));
    expect(answer.status).toBe(200);
    // Links lead back over TLS.
    expect(answer.body).toContain(`"next":"${url}&page=2"`);
  });

  test("is refused by whoever does not", async () => {
    await expect(get(`${daemon.tlsUrl}/v2/account`)).rejects.toThrow(/certificate/);
  });

  test("keeps its port and its authority from one start to the next", async () => {
    const before = { url: daemon.tlsUrl, ca: readFileSync(daemon.caFile, "utf8") };
    await daemon.close();
    daemon = await start();
    expect({ url: daemon.tlsUrl, ca: readFileSync(daemon.caFile, "utf8") }).toEqual(before);
    expect((await get(`${daemon.tlsUrl}/v2/account`, before.ca)).status).toBe(200);
  });

  test("moves to another port when its own was taken meanwhile", async () => {
    const before = daemon.tlsUrl;
    await daemon.close();
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(Number(new URL(before).port), "127.0.0.1", resolve));
    daemon = await start();
    other.close();
    expect(daemon.tlsUrl).not.toBe(before);
    expect((await get(`${daemon.tlsUrl}/v2/account`, readFileSync(daemon.caFile, "utf8"))).status).toBe(200);
  });

  test("has an authority that signs servers only, with a key that is its owner's alone", () => {
    const ca = new X509Certificate(readFileSync(daemon.caFile));
    expect(ca.ca).toBe(true);
    expect(ca.verify(ca.publicKey)).toBe(true);
    expect(statSync(files().caKey).mode & 0o777).toBe(0o600);
  });

  test("makes its authority anew when the key is lost", async () => {
    const before = readFileSync(daemon.caFile, "utf8");
    await daemon.close();
    rmSync(files().caKey);
    daemon = await start();
    const after = readFileSync(daemon.caFile, "utf8");
    expect(after).not.toBe(before);
    expect((await get(`${daemon.tlsUrl}/v2/account`, after)).status).toBe(200);
    await expect(get(`${daemon.tlsUrl}/v2/account`, before)).rejects.toThrow(/certificate|signature/);
  });

  test("ends with the daemon", async () => {
    await daemon.close();
    await expect(get(`${daemon.tlsUrl}/v2/account`)).rejects.toThrow("ECONNREFUSED");
    writeFileSync(files().tlsPort, "0\n");
    daemon = await start();
  });
});
