import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";

import { keySource, roleSessions } from "../../connections/aws/session";
import { Driver } from "../../driver/driver";
import { type Program, projectProgram } from "../../driver/program";
import type { StepEvent } from "../../driver/events/operation-event";
import { parseRequest, type ProjectRequest } from "../../driver/request";
import { AwsCredentialsEndpoint } from "../../guard/aws-credentials";
import { Moto } from "../components/aws/moto";
import { SigningProxy } from "../guard/signing-proxy";
import { TestApi, token } from "../sandbox/digitalocean/api";
import { eventsOf, failureOf } from "./fixture";
import type { AwsCloudRequest } from "./programs/aws-cloud";

const region = "eu-central-1";
const home = mkdtempSync(join(tmpdir(), "deploy4me-clouds-"));
let api: TestApi;
let moto: Moto;
let aws: SigningProxy;
beforeAll(async () => {
  api = await TestApi.open();
  moto = await Moto.start();
  aws = await SigningProxy.open(moto.url);
  mkdirSync(join(home, "credentials"), { mode: 0o700 });
});
afterAll(async () => {
  await aws.close();
  await moto.stop();
  await api.close();
  rmSync(home, { recursive: true });
});

/** The connection's role, and a clock by which its sessions end. */
class Connection {
  private passed = 0;
  private isDue = false;
  readonly canary: string[] = [];
  private readonly sessions = roleSessions(
    { arn: "arn:aws:iam::123456789012:role/deploy4me", externalId: "agreed" },
    {
      region,
      endpoint: moto.url,
      durationSeconds: 900,
      clock: () => new Date(Date.now() + this.passed),
      source: keySource({ accessKeyId: "AKIAIOSFODNN7EXAMPLE", secretAccessKey: "canary-of-the-key" }),
    },
  );

  /** A quarter of an hour goes by: the next session is due, and the cloud takes none of those before the present one. */
  passOver(present: string): void {
    this.passed += 900_000;
    this.isDue = true;
    for (const signer of aws.signers) if (signer !== present) aws.ended.add(signer);
  }

  /** A client fetches the next session beside the request that it signs with the present one for the last time. */
  async renewed(): Promise<void> {
    while (this.isDue) await pause(5);
  }

  async current(signal?: AbortSignal) {
    const session = await this.sessions.current(signal);
    this.isDue = false;
    this.canary.push(session.secretAccessKey, session.sessionToken ?? "");
    // By the client's clock, which stands still beside ours, it is always about to end.
    return { ...session, expires: new Date(Date.now() + 60_000) };
  }

  replacement = () => this.current();
}

const onDigitalOcean = { DIGITALOCEAN_TOKEN: token, DIGITALOCEAN_API_URL: "" };

async function withDriver<Request, Result>(
  program: Program<Request>,
  body: (driver: Driver<Request>, connection: Connection) => Promise<Result>,
): Promise<Result> {
  const connection = new Connection();
  const endpoint = await AwsCredentialsEndpoint.open(connection, { directory: join(home, "credentials"), region });
  const driver = new Driver<Request>({
    home: join(home, program.export),
    program,
    credentials: {
      mode: "guard",
      environment: async (_stack, signal) => ({
        ...onDigitalOcean,
        DIGITALOCEAN_API_URL: api.origin,
        ...(await endpoint.environment(signal)),
        AWS_ENDPOINT_URL: aws.url,
      }),
    },
  });
  try {
    return await body(driver, connection);
  } finally {
    await driver.close();
    await endpoint.close();
  }
}

describe("one request on two clouds", () => {
  const written = {
    project: "office",
    region: "frankfurt",
    domain: "example.com",
    bastionSize: "small",
    access: { admins: ["203.0.113.7/32"] },
    software: [{ name: "wiki", software: "dokuwiki", size: "medium" }],
    tls: { issuer: "private-ca" },
  };
  const onCloud = (cloud: string): ProjectRequest => parseRequest({ ...written, project: `office-${cloud}`, cloud });
  const machine = { digitalocean: "digitalocean:index/droplet:Droplet", aws: "aws:ec2/instance:Instance" };

  test("is previewed on both, and differs by one line", async () => {
    await withDriver(projectProgram, async (driver) => {
      for (const cloud of ["digitalocean", "aws"] as const) {
        const { steps, changes, unchanged, warnings } = await driver.preview(onCloud(cloud)).result;
        const types = steps.map(({ resource }: StepEvent) => resource.type);
        expect([cloud, unchanged, types.filter((type) => type === machine[cloud]).length]).toEqual([cloud, false, 2]);
        expect(types).toContain(`deploy4me:${cloud}:BusinessDeployment`);
        expect(changes.create).toBeGreaterThan(20);
        // Whether the request admits this machine depends on where it stands; there is nothing else to warn of.
        expect(warnings.map(({ message }) => message).filter((words) => !words.startsWith("adminAccess"))).toEqual([]);
      }
    });
  });

  test("is estimated on both", async () => {
    await withDriver(projectProgram, async (driver) => {
      const [here, there] = [
        await driver.estimate(onCloud("digitalocean")).result,
        await driver.estimate(onCloud("aws")).result,
      ];
      expect([here.monthly, there.monthly]).toEqual([18, 35.19]);
    });
  });
});

describe("sessions that end in the middle of an operation", () => {
  const program: Program<AwsCloudRequest> = {
    module: join(__dirname, "programs", "aws-cloud.js"),
    export: "awsCloud",
    project: "test",
    stack: ({ name }) => name,
  };
  const request = { name: "long", addresses: 4 };

  test("are followed by others, and no secret of any is in what is left or said", async () => {
    await withDriver(program, async (driver, connection) => {
      const before = aws.signers.length;
      // Each address that is made takes a quarter of an hour.
      aws.onPassed = (body) => {
        const signer = aws.signers.at(-1);
        if (body.includes("Action=AllocateAddress") && signer !== undefined) connection.passOver(signer);
      };
      aws.held = () => connection.renewed();
      const operation = driver.up(request);
      const events = await eventsOf(operation);
      const { outputs } = await operation.result;
      aws.onPassed = () => undefined;
      aws.held = () => Promise.resolve();
      const signers = new Set(aws.signers.slice(before));
      expect(outputs.addresses?.value).toHaveLength(4);
      expect(aws.ended.size).toBeGreaterThanOrEqual(2);
      expect(signers.size).toBeGreaterThanOrEqual(3);
      expect(aws.refused).toBe(0);
      const files = readdirSync(home, { recursive: true, withFileTypes: true }).filter((one) => one.isFile());
      const left = files.map((one) => readFileSync(join(one.parentPath, one.name), "latin1")).join("\n");
      for (const secret of [...connection.canary, "canary-of-the-key"]) {
        expect(JSON.stringify(events)).not.toContain(secret);
        expect(left).not.toContain(secret);
      }
      // The region is no secret, and is not taken for one.
      expect(outputs.region?.value).toBe(region);
      expect((await failureOf(driver.up({ ...request, throws: true }).result)).message).toContain(`not in ${region}`);
      await driver.destroy(request).result;
    });
  });
});
