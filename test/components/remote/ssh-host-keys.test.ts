import { createServer, type Server } from "node:net";

import { AuthenticationFailed, HostKeyMismatch, Unreachable } from "../../../components/remote/errors";
import { type SshTarget, withSession } from "../../../components/remote/ssh";
import { fingerprint, generateKeyPair, keyBlob } from "../../../components/remote/ssh-keys";
import { closeIdleLines } from "../../../components/remote/ssh-lines";
import { endpointOf, newIdentity, type Sshd, startSshd } from "./sshd";

/** One sshd for the bastion and one for the server behind it, each telling who tried to log in. */
describe("the way to a machine", () => {
  let bastion: Sshd;
  let server: Sshd;
  const stranger = generateKeyPair("stranger");

  beforeAll(async () => {
    [bastion, server] = await Promise.all([
      startSshd({ config: "LogLevel DEBUG" }),
      startSshd({ config: "LogLevel DEBUG" }),
    ]);
  });
  afterAll(async () => {
    closeIdleLines();
    await Promise.all([bastion.stop(), server.stop()]);
  });

  const who = (target: SshTarget) =>
    withSession(
      target,
      { fresh: true },
      async (session) => (await session.run("hostname; echo $SSH_CONNECTION")).stdout,
    );
  const through = (): SshTarget => ({ ...server.endpoint, proxy: bastion.endpoint });
  /** How often somebody got as far as naming a user, which is the first thing said after the keys were exchanged. */
  const logins = (machine: Sshd) => machine.log().split("userauth-request").length - 1;

  test("leads through the bastion: it is the bastion's sshd that forwards", async () => {
    await expect(who(through())).resolves.toContain("127.0.0.1");
    expect(bastion.log()).toContain(
      `server_request_direct_tcpip: originator 127.0.0.1 port 0, target 127.0.0.1 port ${server.identity.port}`,
    );
    expect(logins(bastion)).toBeGreaterThan(0);
    expect(logins(server)).toBeGreaterThan(0);
  });

  test("ends at a bastion with another host key: nothing is sent to it, and the server is not even asked for", async () => {
    const before = [logins(bastion), logins(server)];
    const mistaken = { ...through(), proxy: { ...bastion.endpoint, hostKey: stranger.publicKey } };
    const refused = who(mistaken);
    await expect(refused).rejects.toThrow(HostKeyMismatch);
    await expect(refused).rejects.toMatchObject({
      code: "HOST_KEY_MISMATCH",
      hop: "proxy",
      expected: fingerprint(keyBlob(stranger.publicKey)),
      actual: fingerprint(keyBlob(bastion.endpoint.hostKey)),
    });
    expect([logins(bastion), logins(server)]).toEqual(before);
  });

  test("ends at a server with another host key: nothing is sent to it", async () => {
    const before = logins(server);
    const refused = who({ ...through(), hostKey: stranger.publicKey });
    await expect(refused).rejects.toThrow(HostKeyMismatch);
    await expect(refused).rejects.toMatchObject({
      hop: "target",
      expected: fingerprint(keyBlob(stranger.publicKey)),
      actual: fingerprint(keyBlob(server.endpoint.hostKey)),
    });
    await expect(refused).rejects.toThrow(
      /^127\.0\.0\.1 \(through the SSH proxy 127\.0\.0\.1\) shows the host key SHA256:/,
    );
    expect(logins(server)).toBe(before);
  });

  test("is not tried again with a wrong key: waiting never makes it right", async () => {
    const connections = () => server.log().split("Connection from").length - 1;
    const before = connections();
    const target = { ...server.endpoint, hostKey: stranger.publicKey };
    await expect(withSession(target, { waitMs: 60_000 }, (session) => session.run("true"))).rejects.toThrow(
      HostKeyMismatch,
    );
    expect(connections()).toBe(before + 1);
  });

  test("ends at a machine that has no ed25519 key to show", async () => {
    const other = await startSshd({ ed25519: false });
    const refused = who(other.endpoint);
    await expect(refused).rejects.toThrow("shows no ssh-ed25519 host key, but SHA256:");
    await expect(refused).rejects.toMatchObject({ code: "HOST_KEY_MISMATCH", actual: undefined });
    await other.stop();
  });

  test("needs a host key that is one", async () => {
    await expect(who({ ...server.endpoint, hostKey: "ssh-rsa AAAA" })).rejects.toThrow(
      "a pinned host key has to be an ssh-ed25519 public key",
    );
  });

  test("is closed to a key that the machine does not know", async () => {
    const refused = who({ ...through(), privateKey: stranger.privateKey });
    await expect(refused).rejects.toThrow(AuthenticationFailed);
    await expect(refused).rejects.toMatchObject({ hop: "target", user: "root" });
  });

  test("is closed at the bastion to a key that the bastion does not know", async () => {
    const refused = who({ ...through(), proxy: { ...bastion.endpoint, privateKey: stranger.privateKey } });
    await expect(refused).rejects.toThrow(AuthenticationFailed);
    await expect(refused).rejects.toThrow("127.0.0.1 (the SSH proxy on the way to 127.0.0.1) does not accept");
  });

  test("says which machine can't be reached: the server behind the bastion", async () => {
    const nobody = endpointOf(await newIdentity());
    const refused = who({ ...nobody, proxy: bastion.endpoint });
    await expect(refused).rejects.toThrow(Unreachable);
    await expect(refused).rejects.toThrow(
      /\(through the SSH proxy 127\.0\.0\.1\) can't be reached by SSH: the proxy could not connect to it/,
    );
  });

  test("says which machine can't be reached: the bastion", async () => {
    const nobody = endpointOf(await newIdentity());
    const refused = who({ ...server.endpoint, proxy: nobody });
    await expect(refused).rejects.toMatchObject({ code: "UNREACHABLE", hop: "proxy" });
    await expect(refused).rejects.toThrow(`port ${nobody.port ?? 0} refuses connections`);
  });

  test("is given up when something answers that is no SSH server", async () => {
    const { server: silent, port } = await listener(() => undefined);
    const target = { ...server.endpoint, port };
    const refused = withSession(target, { fresh: true, timeoutMs: 300 }, (session) => session.run("true"));
    await expect(refused).rejects.toThrow("can't be reached by SSH: no SSH handshake within 0.3 s");
    silent.close();
  });

  test("is tried until the machine is up, as long as it may take", async () => {
    const identity = await newIdentity();
    let tries = 0;
    const booting = new Promise<void>((resolve) => {
      void listener((close) => {
        close();
        if (++tries === 2) resolve();
      }, identity.port).then(({ server: listening }) => {
        void booting.then(() => listening.close());
      });
    });
    const connected = withSession(endpointOf(identity), { waitMs: 60_000 }, (session) => session.run("echo up"));
    await booting;
    const machine = await startSshd({ identity });
    await expect(connected).resolves.toMatchObject({ stdout: "up\n" });
    closeIdleLines();
    await machine.stop();
  });
});

/** Something that listens but is no machine. */
async function listener(
  onConnection: (close: () => void) => void,
  port = 0,
): Promise<{ server: Server; port: number }> {
  const server = createServer((socket) => {
    socket.on("error", () => undefined);
    onConnection(() => socket.destroy());
  });
  await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  return { server, port: address.port };
}
