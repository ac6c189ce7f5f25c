import { spawn } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { connectionsDirectory, home } from "../../cli/home";
import { localTenant } from "../../oauth/connection";
import { openEmbeddedVault } from "../../oauth/vault/embedded";
import { account, identity, refuse, session, type StsAnswer, StsServer } from "../connections/aws/sts-server";

const id = "AKIAIOSFODNN7EXAMPLE";
const secret = "canary/wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLE";
const roleArn = `arn:aws:iam::${account}:role/deploy4me`;

/** The command as one types it, against AWS's answers on loopback. */
describe("deploy4me connect aws", () => {
  let directory: string;
  let sts: StsServer;
  let answer: StsAnswer;

  beforeEach(async () => {
    directory = mkdtempSync(join(tmpdir(), "deploy4me-connect-aws-"));
    answer = (response, request) => {
      if (request.action === "AssumeRole") session(response, 1, new Date(Date.now() + 900_000));
      else identity(response, request);
    };
    sts = await StsServer.open((response, request) => {
      answer(response, request);
    });
  });
  afterEach(async () => {
    await sts.close();
    rmSync(directory, { recursive: true, force: true });
  });

  const where = () => home({ DEPLOY4ME_HOME: directory });

  const run = (
    command: string,
    args: readonly string[],
    {
      environment = {},
      input = "",
      typed = [],
    }: { environment?: NodeJS.ProcessEnv; input?: string; typed?: readonly (readonly [string, string])[] } = {},
  ): Promise<{ code: number | null; output: string }> =>
    new Promise((resolve, reject) => {
      const child = spawn(command, args, {
        env: {
          ...process.env,
          DEPLOY4ME_HOME: directory,
          AWS_ENDPOINT_URL: sts.url,
          AWS_EC2_METADATA_DISABLED: "true",
          AWS_SHARED_CREDENTIALS_FILE: "/nonexistent",
          AWS_CONFIG_FILE: "/nonexistent",
          ...environment,
        },
        stdio: ["pipe", "pipe", "pipe"],
      });
      let output = "";
      let line = 0;
      const heard = (data: Buffer): void => {
        output += data.toString();
        // As a person does: when the question is there.
        const [question, reply] = typed[line] ?? [];
        if (question === undefined || !output.includes(question)) return;
        line++;
        child.stdin.write(`${reply ?? ""}\n`);
      };
      for (const stream of [child.stdout, child.stderr]) stream.on("data", heard);
      child.on("error", reject);
      child.on("close", (code) => {
        resolve({ code, output });
      });
      if (typed.length === 0) child.stdin.end(input);
    });
  const connect = (args: readonly string[], options?: Parameters<typeof run>[2]) =>
    run(join(where().root, "deploy4me"), ["connect", "aws", "--region", "eu-central-1", ...args], options);

  const file = (content: string, mode = 0o600): string => {
    const path = join(directory, "keys");
    rmSync(path, { force: true });
    writeFileSync(path, content, { mode });
    return path;
  };

  const kept = async (name = "aws") => {
    const vault = await openEmbeddedVault(connectionsDirectory(where()));
    try {
      const connection = await vault.find(localTenant, name);
      return { connection, credentials: (await vault.read(connection)).credentials };
    } finally {
      await vault.close();
    }
  };

  test.each([
    ["the console's CSV", `\uFEFFAccess key ID,Secret access key\r\n${id},${secret}\r\n`],
    [
      "JSON of the AWS CLI",
      JSON.stringify({
        AccessKey: { UserName: "deployer", AccessKeyId: id, Status: "Active", SecretAccessKey: secret },
      }),
    ],
    [
      "a credentials file",
      `# mine\n[other]\naws_access_key_id = AKIAOTHER0000EXAMPLE\n[default]\naws_access_key_id = ${id}\naws_secret_access_key=${secret}\n`,
    ],
  ])("takes an access key from %s", async (_, content) => {
    const { code, output } = await connect(["--keys-file", file(content)]);
    expect({ code, output }).toEqual({
      code: 0,
      output: expect.stringContaining(`arn:aws:iam::${account}:user/deployer`) as string,
    });
    expect(output).toContain("It is kept as «aws»");
    const { connection, credentials } = await kept();
    expect(connection).toMatchObject({ kind: "aws-keys", state: "usable", account: { uuid: account } });
    expect(credentials).toEqual({ kind: "aws-keys", region: "eu-central-1", accessKeyId: id, secretAccessKey: secret });
    expect(output).not.toContain("canary");
    const directoryOfVault = connectionsDirectory(where());
    for (const name of readdirSync(directoryOfVault))
      expect(readFileSync(join(directoryOfVault, name), "latin1")).not.toContain("canary");
  });

  test("takes a role, and assumes it with the key", async () => {
    const csv = `Access key ID,Secret access key\n${id},${secret}`;
    const { code } = await connect(["--role-arn", roleArn, "--external-id", "agreed", "--keys-file", "-"], {
      input: csv,
    });
    expect(code).toBe(0);
    expect(sts.asked[1]?.parameters).toMatchObject({ RoleArn: roleArn, ExternalId: "agreed" });
    expect((await kept()).credentials).toEqual({
      ...{ kind: "aws-role", region: "eu-central-1", roleArn, externalId: "agreed" },
      source: { accessKeyId: id, secretAccessKey: secret },
    });
  });

  test("takes a role that is assumed with what AWS's own tools would use, and keeps no key", async () => {
    const environment = { AWS_ACCESS_KEY_ID: id, AWS_SECRET_ACCESS_KEY: secret };
    const { code } = await connect(["--role-arn", roleArn, "--own-credentials"], { environment });
    expect(code).toBe(0);
    expect((await kept()).credentials).toEqual({ kind: "aws-role", region: "eu-central-1", roleArn });
    expect(await connect(["--role-arn", roleArn, "--own-credentials", "--name", "other"])).toMatchObject({
      code: 1,
      output: expect.stringContaining("aws configure") as string,
    });
  });

  /** `script` gives the command a terminal; what is typed arrives there. */
  const atTerminal = (options: Parameters<typeof run>[2]) => {
    const words = [join(where().root, "deploy4me"), "connect", "aws", "--region", "eu-central-1"];
    return run("script", ["-qec", `exec ${words.join(" ")}`, "/dev/null"], options);
  };

  test("asks at a terminal, and does not show the secret", async () => {
    const typed = [["Access key id: ", id] as const, ["(not shown): ", secret] as const];
    const { code, output } = await atTerminal({ typed });
    expect(output).toContain("It is kept as «aws»");
    expect(output).toContain(id);
    expect(output).not.toContain("canary");
    expect(code).toBe(0);
    expect((await kept()).credentials).toMatchObject({ accessKeyId: id, secretAccessKey: secret });
  });

  test("takes both answers when they are pasted at once, and keeps nothing when the input ends", async () => {
    expect((await atTerminal({ typed: [["Access key id: ", `${id}\n${secret}`]] })).output).toContain("It is kept");
    const ended = await atTerminal({ typed: [["Access key id: ", `${id}\n\u0004`]] });
    expect(ended.output).toContain("the input ended");
    expect(ended.code).toBe(1);
  });

  test("keeps nothing that does not work, and says what is wrong", async () => {
    answer = refuse(403, "InvalidClientTokenId", "The security token included in the request is invalid.");
    const { code, output } = await connect(["--keys-file", file(`Access key ID,Secret access key\n${id},${secret}`)]);
    expect(code).toBe(1);
    expect(output).toMatch(/«aws» was not connected\. AWS does not take/);
    expect(output).not.toContain("canary");
    await expect(kept()).rejects.toMatchObject({ code: "CONNECTION_NOT_FOUND" });
  });

  test("makes a connection anew in the same account alone", async () => {
    const keys = file(`Access key ID,Secret access key\n${id},${secret}`);
    await connect(["--keys-file", keys]);
    expect((await connect(["--keys-file", keys])).output).toContain("It is renewed as «aws»");
    const before = answer;
    answer = (response, request) => {
      const elsewhere = Object.assign(Object.create(response) as typeof response, {
        end: (body: string) => response.end(body.replaceAll(account, "999999999999")),
        writeHead: (...head: Parameters<typeof response.writeHead>) => {
          response.writeHead(...head);
          return elsewhere;
        },
      });
      before(elsewhere, request);
    };
    const { code, output } = await connect(["--keys-file", keys]);
    expect(code).toBe(1);
    expect(output).toContain("another account");
    expect((await kept()).connection.account?.uuid).toBe(account);
  });

  test.each([
    ["of which others may read it", `Access key ID,Secret access key\n${id},${secret}`, 0o644, "chmod 600"],
    [
      "with a session's key",
      `[default]\naws_access_key_id=ASIAIOSFODNN7EXAMPLE\naws_secret_access_key=${secret}\naws_session_token=canary\n`,
      0o600,
      "ends by itself",
    ],
    ["without the profile", `[work]\naws_access_key_id=${id}\naws_secret_access_key=${secret}\n`, 0o600, "--profile"],
    ["with something else", `canary\n${secret}`, 0o600, "no form that AWS gives keys in"],
    ["that is empty", "", 0o600, "empty"],
  ])("refuses a file %s, and shows nothing of it", async (_, content, mode, words) => {
    const { code, output } = await connect(["--keys-file", file(content, mode)]);
    expect(code).toBe(1);
    expect(output).toContain(words);
    expect(output).not.toContain("canary");
    expect(sts.asked).toEqual([]);
  });

  test("says what is missing when there is no terminal, and what does not go together", async () => {
    expect(await connect([])).toMatchObject({ code: 1, output: expect.stringContaining("--keys-file") as string });
    expect(await connect(["--external-id", "agreed"])).toMatchObject({
      code: 1,
      output: expect.stringContaining("--role-arn") as string,
    });
    expect(await connect(["--role-arn", "role/x"])).toMatchObject({
      code: 1,
      output: expect.stringContaining("arn:aws:iam::") as string,
    });
  });

  test("shows in doctor whether it works", async () => {
    await connect(["--keys-file", file(`Access key ID,Secret access key\n${id},${secret}`)]);
    const doctor = async () => {
      const { output } = await run(join(where().root, "deploy4me"), ["doctor", "--json"]);
      const { findings } = JSON.parse(output) as { findings: { area: string; state: string; sentence: string }[] };
      return findings.filter(({ area }) => area === "connections");
    };
    expect(await doctor()).toMatchObject([{ state: "ok", sentence: expect.stringContaining("AWS works") as string }]);
    answer = refuse(403, "RegionDisabledException", "STS is not activated in this region");
    expect(await doctor()).toMatchObject([
      { state: "attention", sentence: expect.stringContaining("eu-central-1 is not enabled") as string },
    ]);
  });
});
