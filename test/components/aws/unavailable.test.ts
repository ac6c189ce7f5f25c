import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { home as homeOf } from "../../../cli/home";
import { type PulumiResult, tryPulumi } from "../../../cli/pulumi";
import { Driver } from "../../../driver/driver";
import { projectProgram } from "../../../driver/program";
import { parseRequest } from "../../../driver/request";
import { failureOf } from "../../driver/fixture";
import { FaultyApi } from "../../engine/aws/faulty";
import { Moto } from "./moto";

jest.setTimeout(180_000);

/** A deployment that AWS can't give, on the engine: what a person is told, and what is made all the same. */
describe("a deployment that AWS has not", () => {
  const directory = mkdtempSync(join(tmpdir(), "deploy4me-unavailable-"));
  const project = join(directory, "project");
  const home = homeOf({ DEPLOY4ME_HOME: directory });
  let moto: Moto;
  let api: FaultyApi;
  let onAws: Record<string, string>;

  beforeAll(async () => {
    moto = await Moto.start();
    api = await FaultyApi.start(moto.url);
    onAws = {
      AWS_ENDPOINT_URL: api.url,
      AWS_ACCESS_KEY_ID: "key-of-the-test",
      AWS_SECRET_ACCESS_KEY: "secret-of-the-test",
      AWS_REGION: "eu-central-1",
    };
    mkdirSync(project);
    const main = require.resolve("./unavailable-program");
    writeFileSync(join(project, "Pulumi.yaml"), JSON.stringify({ name: "test", runtime: "nodejs", main }));
    writeFileSync(join(directory, "no-token"), "none");
    await attempt(["stack", "init"]);
  });
  afterAll(async () => {
    await api.stop();
    await moto.stop();
    rmSync(directory, { recursive: true });
  });

  const attempt = (args: readonly string[], environment: Record<string, string> = {}): Promise<PulumiResult> =>
    tryPulumi(
      home,
      { apiUrl: "http://127.0.0.1:9", tokenFile: join(directory, "no-token"), deployer: "203.0.113.7/32" },
      [...args, "--stack", "refused"],
      {
        cwd: project,
        timeoutMs: 120_000,
        environment: { ...onAws, ...environment },
      },
    );
  /** Once as it comes, and once among the diagnostics: with nothing before it and nothing after it. */
  const toldAlone = (sentence: RegExp, { code, stdout, stderr }: PulumiResult): void => {
    const told = [...stdout.matchAll(/^.*error: (.*)$/gm)].map(([, words]) => words);
    expect(told).toEqual([expect.stringMatching(sentence), told[0]]);
    expect(stdout).toContain("1 errored");
    expect(stdout + stderr).not.toMatch(/serializing|^\s+at |invocation of/m);
    expect(code).not.toBe(0);
  };
  const unknownSize =
    /^software\[0\]\.size has to be an EC2 instance type that region eu-central-1 has, such as t3\.micro \(it is m9\.large\)\.$/;

  test("in the size that was asked for: `up` names it, and asks AWS for nothing more than what there is", async () => {
    toldAlone(unknownSize, await attempt(["up", "--yes", "--skip-preview"], { DEPLOY4ME_TEST_SIZE: "m9.large" }));
    expect(api.asked).toContain("DescribeInstanceTypeOfferings");
    expect(api.asked.filter((action) => !action.startsWith("Describe"))).toEqual([]);
  });

  test("in the region that was asked for: `preview` names it, and no question that came to nothing with it", async () => {
    toldAlone(
      /^region has to be one that the AWS account has switched on: af-south-1, .* \(it is eu-nowhere-1\)\.$/,
      await attempt(["preview"], { DEPLOY4ME_TEST_REGION: "eu-nowhere-1" }),
    );
  });

  test("as far as the credentials may know: `preview` says what was refused and what to do", async () => {
    api.refused.add("DescribeRegions");
    toldAlone(
      /^AWS does not say what it has in region eu-central-1: UnauthorizedOperation: You are not authorized: DescribeRegions\. Nothing was made\. See that .*\.$/,
      await attempt(["preview"]),
    );
  });

  // There the program's process goes on, and has to be told when the program has come to its end.
  test("ends in the driver, too", async () => {
    const driver = new Driver({
      home: join(directory, "driver"),
      program: projectProgram,
      credentials: { mode: "guard", environment: () => Promise.resolve(onAws) },
    });
    try {
      const request = parseRequest({
        project: "office",
        cloud: "aws",
        region: "eu-central-1",
        domain: "example.com",
        access: { admins: ["203.0.113.7/32"] },
        software: [{ name: "wiki", software: "dokuwiki", size: "m9.large" }],
      });
      const { message } = await failureOf(driver.preview(request).result);
      expect(message).toMatch(/software\[0\]\.size has to be an EC2 instance type that region eu-central-1 has/);
      expect(message).not.toContain("serializing");
    } finally {
      await driver.close();
    }
  });
});
