import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";

import { SqliteDeployments } from "../../../driver/life/deployments";
import { projectProgram } from "../../../driver/program";
import { parseRequest } from "../../../driver/request";

/** What a deployment was made for is kept with its record. */
const stack = { project: "test", stack: "office" };
let folder: string;
let file: string;
let deployments: SqliteDeployments;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "deploy4me-kept-"));
  file = join(folder, "deployments.db");
  deployments = new SqliteDeployments(file);
});
afterEach(async () => {
  await deployments.close();
  rmSync(folder, { recursive: true });
});

test("the last request counts, and another time to live alone leaves it as it is", async () => {
  await deployments.noted(stack, 1, "P1D", { size: "small" });
  await deployments.noted(stack, 2, "P2D", { size: "large" });
  await deployments.noted(stack, 3, undefined);
  expect(await deployments.all()).toEqual([{ stack, made: 1, request: { size: "large" } }]);
});

test("a record of an earlier version is read, and takes requests from then on", async () => {
  const old = new DatabaseSync(file);
  old.exec(`CREATE TABLE deployment (project TEXT NOT NULL, stack TEXT NOT NULL, made INTEGER NOT NULL, time_to_live TEXT,
    announced_at INTEGER, announced_end INTEGER, PRIMARY KEY (project, stack)) STRICT;
    INSERT INTO deployment VALUES ('test', 'office', 1, 'P1D', 5, 6)`);
  old.close();
  const known = { stack, made: 1, timeToLive: "P1D", announced: { at: 5, end: 6 } };
  expect(await deployments.all()).toEqual([known]);
  await deployments.noted(stack, 2, "P1D", { size: "large" });
  // Once more by another process.
  const other = new SqliteDeployments(file);
  expect(await other.all()).toEqual([{ ...known, request: { size: "large" } }]);
  await other.close();
});

test("of a project's request nothing is kept that nobody may see", () => {
  const request = parseRequest({
    project: "office",
    cloud: "digitalocean",
    region: "fra1",
    domain: "example.com",
    access: { admins: ["203.0.113.7/32"] },
    software: [{ name: "wiki", software: "dokuwiki" }],
  });
  expect(projectProgram.kept?.(request)).toEqual(request);
  const [software] = request.software;
  const hiding = { ...request, software: [{ ...software!, parameters: { licence: "canary" } }] };
  expect(projectProgram.kept?.(hiding)).toMatchObject({ software: [{ parameters: { licence: "[secret]" } }] });
});
