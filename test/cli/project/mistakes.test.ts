import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";

import { Scripted } from "../../guard/scripted";
import { ProjectHome, shipped, wiki } from "./projects";

/** What is told before anything is started, by the command as it is shipped. */
let home: ProjectHome;
beforeAll(() => {
  home = new ProjectHome(shipped);
});
afterAll(async () => {
  await home.close();
});

test("mistakes in the file come all at once, each by its place, before a missing connection", async () => {
  home.write(
    "project: Office\ncloud: digitalocean\nregion: fra9\nsoftware:\n  - { name: wiki, software: dokuwik }\n",
    "bad.yaml",
  );
  const { code, stdout, stderr } = await home.run("up", "bad.yaml", "--yes");
  expect([code, stdout]).toEqual([2, ""]);
  expect(stderr).toMatch(/^deploy4me: bad\.yaml is not right, in 5 places; nothing was started\.$/m);
  expect(stderr).toMatch(/^ {2}bad\.yaml:3:1 region has to be one of .*did you mean fra1\? \(it is fra9\)\.$/m);
  expect(stderr).toMatch(
    /^ {2}bad\.yaml:5:\d+ software\[0\]\.software .*did you mean dokuwiki\? \(it is dokuwik\)\.$/m,
  );
  expect(existsSync(join(home.directory, "projects"))).toBe(false);
});

test("the same as JSON has each problem by its path", async () => {
  home.write({ ...wiki, region: "fra9" }, "region.json.yaml");
  const { end } = await home.json("preview", "region.json.yaml");
  const problem = { path: ["region"], at: "region", value: "fra9", suggestion: "fra1", line: 3, column: 1 };
  expect(end).toMatchObject({
    command: "preview",
    exitCode: 2,
    error: { code: "INVALID_REQUEST", problems: [problem] },
  });
});

test("a file that can't be read, none at all, and options that there are not, end with the same code", async () => {
  expect(await home.run("preview", "missing.yaml")).toMatchObject({
    code: 2,
    stderr: expect.stringContaining("missing.yaml is not there") as string,
  });
  expect(await home.run("outputs")).toMatchObject({
    code: 2,
    stderr: expect.stringContaining("there is no deploy4me.yaml") as string,
  });
  expect(await home.run("destroy", "--no-such-option")).toMatchObject({ code: 2 });
});

test("a right file without a connection says how to connect, and starts nothing", async () => {
  home.write(wiki);
  const { end } = await home.json("up", "--yes");
  expect(end).toMatchObject({ exitCode: 1, error: { code: "NOT_CONNECTED" } });
  expect(existsSync(join(home.directory, "projects"))).toBe(false);
});

test("what it costs needs no connection", async () => {
  home.write(wiki);
  const { code, stdout } = await home.run("estimate");
  expect(code).toBe(0);
  expect(stdout).toMatch(/^bastion {2}droplet s-1vcpu-1gb +\$6\.00$/m);
  expect(stdout).toMatch(/Together \$12\.00 a month/);
});

test("the schema of a project's file is for editors", async () => {
  const { code, stdout } = await home.run("schema");
  expect(code).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({
    $schema: expect.stringContaining("json-schema.org") as string,
    properties: { project: {} },
  });
});

test("a stack that is not there has no outputs, no backups, and nothing to cancel", async () => {
  const { end } = await home.json("outputs", "--stack", "nothing");
  expect(end).toMatchObject({ exitCode: 1, error: { code: "STACK_NOT_FOUND" } });
  expect(await home.json("state", "backups", "--stack", "nothing")).toMatchObject({
    end: { exitCode: 0, result: { backups: [] } },
  });
  expect(await home.run("cancel", "--stack", "No_Name")).toMatchObject({ code: 2 });
  expect(await home.run("outputs", "deploy4me.yaml", "--stack", "office")).toMatchObject({ code: 2 });
});

test("a cloud that does not answer delays a command no longer than its limit, and the shipped list counts", async () => {
  const api = await Scripted.open((response) => response.writeHead(503).end());
  await home.connect(api.url, "dop_v1_of_mistakes");
  home.write(wiki);
  const { code, stdout, stderr } = await home.run("estimate");
  await api.close();
  expect(code).toBe(0);
  expect(stderr).toMatch(/^warning: DigitalOcean could not be asked for its sizes and regions/);
  expect(stdout).toContain("Together $12.00 a month");
  expect(readdirSync(home.directory).sort()).toEqual(expect.arrayContaining(["connections"]));
});
