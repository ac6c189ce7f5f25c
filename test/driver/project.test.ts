import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { Driver } from "../../driver/driver";
import { projectProgram } from "../../driver/program";
import { parseRequest } from "../../driver/request";
import { TestApi, token } from "../sandbox/digitalocean/api";
import { eventsOf, failureOf } from "./fixture";
import { full, least } from "./request/requests";

/** A request as people write it, through our own program: as far as a cloud without machines goes, which is the preview. */
const request = parseRequest({ ...least, tls: { issuer: "private-ca" } });
let api: TestApi;
let home: string;
let driver: Driver<typeof request>;

beforeAll(async () => {
  api = await TestApi.open();
  home = mkdtempSync(join(tmpdir(), "deploy4me-project-"));
  driver = new Driver({
    home,
    program: projectProgram,
    credentials: {
      mode: "guard",
      environment: () => Promise.resolve({ DIGITALOCEAN_TOKEN: token, DIGITALOCEAN_API_URL: api.origin }),
    },
  });
});
afterAll(async () => {
  await driver.close();
  await api.close();
  rmSync(home, { recursive: true });
});

test("a request is previewed, with every plugin that our program has", async () => {
  const { steps, changes, unchanged, warnings } = await driver.preview(request).result;
  expect(unchanged).toBe(false);
  expect(changes.create).toBeGreaterThan(20);
  const types = new Set(steps.map(({ resource }) => resource.type));
  expect([...types]).toEqual(
    expect.arrayContaining([
      "digitalocean:index/droplet:Droplet",
      "digitalocean:index/firewall:Firewall",
      "pulumi-nodejs:dynamic/deploy4me:SshKeyPair",
    ]),
  );
  // Whether the request admits this machine depends on where it stands; there is nothing else to warn of.
  expect(warnings.map(({ message }) => message).filter((words) => !words.startsWith("adminAccess"))).toEqual([]);
});

test("what nobody may see of a request is in no event and in nothing that is left", async () => {
  const secret = "correct horse battery";
  const wiki = { ...least.software[0]!, parameters: { adminPassword: secret } };
  const operation = driver.preview(parseRequest({ ...least, project: "secretive", software: [wiki] }));
  const events = await eventsOf(operation);
  await operation.result;
  expect(JSON.stringify(events)).not.toContain(secret);
  const files = readdirSync(home, { recursive: true, withFileTypes: true }).filter((one) => one.isFile());
  for (const one of files) expect(readFileSync(join(one.parentPath, one.name), "latin1")).not.toContain(secret);
});

test("what a request costs is said without anything being started", async () => {
  const { currency, monthly } = await driver.estimate(request).result;
  expect(currency).toBe("USD");
  expect(monthly).toBeGreaterThan(0);
});

test("a protected one is not destroyed", async () => {
  const guarded = parseRequest({ ...full, project: "protected", timeToLive: undefined });
  expect(await failureOf(driver.destroy(guarded).result)).toMatchObject({ code: "PROTECTED_FROM_REMOVAL" });
});

test("a program without an estimate says so", async () => {
  const { module, stack } = projectProgram;
  const program = { module, export: projectProgram.export, stack };
  const other = new Driver({ home, program, credentials: { mode: "guard", environment: () => Promise.resolve({}) } });
  expect(await failureOf(other.estimate(request).result)).toMatchObject({ code: "NO_ESTIMATE" });
  await other.close();
});
