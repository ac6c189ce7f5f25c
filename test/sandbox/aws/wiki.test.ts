import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

import { z } from "zod";

import { home as homeOf, projectRoot } from "../../../cli/home";
import { pulumi, type PulumiResult } from "../../../cli/pulumi";
import { AwsCloud } from "../../../sandbox/aws/cloud";
import { buildImage } from "../../../sandbox/hosts/image";
import type { Hosts } from "../../../sandbox/hosts/hosts";
import { visitorCommand } from "../../../sandbox/hosts/network";
import { openHosts, removeHosts } from "../../../sandbox/hosts/room";
import { freePort } from "../../components/aws/moto";

const execute = promisify(execFile);

jest.setTimeout(600_000);

/** All of it: the components, the engine, AWS's API by moto, and machines that boot. */
describe("a wiki on AWS", () => {
  const directory = mkdtempSync(join(tmpdir(), "deploy4me-aws-"));
  const project = join(directory, "project");
  const room = join(directory, "room");
  const root = projectRoot();
  const home = homeOf({ DEPLOY4ME_HOME: directory });
  const log: string[] = [];
  let hosts: Hosts;
  let cloud: AwsCloud;
  let ca: string;

  beforeAll(async () => {
    for (const folder of [project, room]) mkdirSync(folder);
    const { image } = homeOf({});
    await buildImage(image, () => undefined);
    hosts = await openHosts({ directory: room, image, log: (line) => log.push(line) });
    let last = 0;
    cloud = await AwsCloud.start({
      hosts,
      environment: join(root, ".deploy4me", "moto"),
      source: join(root, "sandbox", "aws"),
      directory,
      port: await freePort(),
      nextId: () => ++last,
      log: (line) => log.push(line),
    });
    const main = require.resolve("./wiki-program");
    writeFileSync(join(project, "Pulumi.yaml"), JSON.stringify({ name: "test", runtime: "nodejs", main }));
    writeFileSync(join(directory, "no-token"), "none");
    await run("stack", "init", "aws");
  });
  afterAll(async () => {
    await cloud.close();
    await hosts.close();
    await removeHosts(room);
    rmSync(directory, { recursive: true });
  });

  const run = (...args: string[]): Promise<PulumiResult> => {
    const deployer = `${hosts.ranges.deployer.ipv4}/32`;
    const access = { apiUrl: "http://127.0.0.1:9", tokenFile: join(directory, "no-token"), deployer };
    const environment = {
      AWS_ENDPOINT_URL: cloud.url,
      AWS_ACCESS_KEY_ID: "sandbox",
      AWS_SECRET_ACCESS_KEY: "sandbox",
      AWS_REGION: "eu-central-1",
    };
    return pulumi(home, access, args, { cwd: project, timeoutMs: 500_000, environment });
  };
  const visit = async (): Promise<string> => {
    const curl = ["curl", "-q", "-sS", "--max-time", "20", "--cacert", ca, "https://wiki.deploy4me.example/"];
    const [command, ...args] = visitorCommand(hosts.ranges.visitor, curl);
    return (await execute(command, args, { timeout: 60_000 })).stdout;
  };

  test("answers a visitor over HTTPS, through the bastion", async () => {
    await run("up", "--yes", "--skip-preview", "--stack", "aws");
    const { stdout } = await run("stack", "output", "--json", "--stack", "aws");
    const { caCertificate } = z.object({ caCertificate: z.string() }).parse(JSON.parse(stdout));
    ca = join(directory, "ca.pem");
    writeFileSync(ca, caCertificate);
    expect(await visit()).toContain("Wiki on AWS");
    expect(log).toEqual([]);
  });

  test("changes nothing when it is asked for once more", async () => {
    await run("up", "--yes", "--skip-preview", "--expect-no-changes", "--stack", "aws");
  });

  test("leaves no machine behind", async () => {
    await run("destroy", "--yes", "--skip-preview", "--stack", "aws");
    for (let tries = 0; tries < 100 && cloud.machines > 0; tries++) await new Promise((wake) => setTimeout(wake, 200));
    expect(cloud.machines).toBe(0);
    expect(log).toEqual([]);
  });
});
