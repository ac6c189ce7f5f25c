import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { ReconnectNeeded } from "../../connections/credentials";
import { AwsRefused } from "../../connections/aws/refused";
import { type AwsCredentialsKept, connectionAwsCredentials, NothingToSignWith } from "../../oauth/aws-credentials";
import { type Connection, type Credentials, localTenant } from "../../oauth/connection";
import { openEmbeddedVault } from "../../oauth/vault/embedded";
import type { Vault } from "../../oauth/vault/vault";
import { account, refuse, session, StsServer } from "../connections/aws/sts-server";

const key = { accessKeyId: "AKIAIOSFODNN7EXAMPLE", secretAccessKey: "canary-secret-of-a-user" };
const another = { accessKeyId: "AKIAANOTHERNN7EXAMPL", secretAccessKey: "canary-secret-of-another" };
const region = "eu-central-1";
const keys: AwsCredentialsKept = { kind: "aws-keys", region, ...key };
const role: AwsCredentialsKept = {
  kind: "aws-role",
  region,
  roleArn: `arn:aws:iam::${account}:role/deploy4me`,
  externalId: "agreed",
  source: key,
};

/** Real vaults, and an STS that takes one key and refuses all others. */
describe("what a connection to AWS signs with", () => {
  let directory: string;
  let vault: Vault;
  let sts: StsServer;
  let taken: string;

  beforeEach(async () => {
    directory = mkdtempSync(join(tmpdir(), "deploy4me-aws-"));
    vault = await openEmbeddedVault(directory, {});
    taken = key.accessKeyId;
    sts = await StsServer.open((response, request) => {
      if (request.accessKeyId === taken) session(response, sts.asked.length, new Date(Date.now() + 3_600_000));
      else
        refuse(
          403,
          "InvalidClientTokenId",
          "The security token included in the request is invalid.",
        )(response, request);
    });
  });
  afterEach(async () => {
    await vault.close();
    await sts.close();
    rmSync(directory, { recursive: true, force: true });
  });

  const connect = (credentials: Credentials): Promise<Connection> =>
    vault.add({ tenant: localTenant, name: "aws", credentials });
  const connectAnew = (connection: Connection, credentials: Credentials): Promise<void> =>
    vault.update(connection, () => ({ change: { credentials }, result: undefined }));
  const sourceOf = (connection: Connection) => connectionAwsCredentials(vault, connection, { endpoint: sts.url });

  test("is its access key", async () => {
    const source = sourceOf(await connect(keys));
    expect(await source.current()).toEqual(key);
    expect(sts.asked).toEqual([]);
  });

  test("is a session of its role, by the connection's name and external id", async () => {
    const source = sourceOf(await connect(role));
    expect(await source.current()).toMatchObject({ sessionToken: "canary-token-1" });
    expect(await source.current()).toMatchObject({ sessionToken: "canary-token-1" });
    expect(sts.asked).toHaveLength(1);
    expect(sts.asked[0]?.parameters).toMatchObject({
      RoleArn: role.roleArn,
      ExternalId: "agreed",
      RoleSessionName: "deploy4me-aws",
    });
  });

  test("is the new key, after AWS refused the old one and somebody connected anew", async () => {
    const connection = await connect(keys);
    const source = sourceOf(connection);
    const old = await source.current();
    await expect(source.replacement(old)).rejects.toBeInstanceOf(ReconnectNeeded);
    await connectAnew(connection, { kind: "aws-keys", region, ...another });
    expect(await source.replacement(old)).toEqual(another);
    expect(await source.current()).toEqual(another);
    // Who was refused with the old one as well gets the new one, too.
    expect(await source.replacement(old)).toEqual(another);
  });

  test("is a session by the new key, when the old one may assume nothing any more", async () => {
    const connection = await connect(role);
    const source = sourceOf(connection);
    taken = another.accessKeyId;
    await expect(source.current()).rejects.toBeInstanceOf(AwsRefused);
    await connectAnew(connection, { ...role, source: another });
    expect(await source.current()).toMatchObject({ sessionToken: "canary-token-3" });
  });

  test("is another session, when AWS has refused one", async () => {
    const source = sourceOf(await connect(role));
    const first = await source.current();
    expect(await source.replacement(first)).toMatchObject({ sessionToken: "canary-token-2" });
  });

  test("is nothing once it was disconnected, and a person is told what to do", async () => {
    const connection = await connect(role);
    await vault.update(connection, () => ({
      change: { state: { state: "reconnect", reason: "disconnected" } },
      result: undefined,
    }));
    const failed = await sourceOf(connection)
      .current()
      .catch((error: unknown) => error);
    expect(failed).toBeInstanceOf(ReconnectNeeded);
    expect(failed).toMatchObject({ reason: "disconnected", connection: "aws" });
    expect((failed as Error).message).toContain("deploy4me connect aws");
    expect(sts.asked).toEqual([]);
  });

  test("is nothing of a connection to DigitalOcean", async () => {
    const connection = await connect({
      kind: "digitalocean-token",
      apiUrl: "https://api.digitalocean.com",
      token: "t",
    });
    await expect(sourceOf(connection).current()).rejects.toBeInstanceOf(NothingToSignWith);
  });
});
