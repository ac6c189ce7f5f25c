import { join } from "node:path";
import { DatabaseSync, type SQLInputValue } from "node:sqlite";

import { TestApi, token } from "../../sandbox/digitalocean/api";
import { at, ProjectHome, wiki } from "./projects";

jest.setTimeout(120_000);

/** Projects whose time ends, by the commands. Each test goes on where the one before ended; time goes by in the record alone. */
let api: TestApi;
let home: ProjectHome;
const short = { ...wiki, project: "short", timeToLive: "PT1H" };
const long = { ...wiki, project: "long", timeToLive: "P30D", domain: "example.org" };

beforeAll(async () => {
  api = await TestApi.open();
  home = new ProjectHome(join(__dirname, "paper-record-main.js"));
  await home.connect(api.origin, token);
  home.write(short, "short.yaml");
  home.write(long, "long.yaml");
});
afterAll(async () => {
  await home.close();
  await api.close();
});

async function droplets(): Promise<string[]> {
  const { body } = await api.get("/v2/droplets");
  return (body as { droplets: { name: string }[] }).droplets.map(({ name }) => name).sort();
}

function inRecord(sql: string, ...values: SQLInputValue[]): void {
  const database = new DatabaseSync(join(home.directory, "projects", "deployments.db"));
  database.prepare(sql).run(...values);
  database.close();
}

/** Two months go by. */
function passes(project: string): void {
  inRecord("UPDATE deployment SET made = made - 5184000000 WHERE stack = ?", project);
}

test("where nothing has a time to live, it says so", async () => {
  expect(await home.run("expire", "--yes")).toMatchObject({ code: 0, stdout: "No project's time is over.\n" });
  expect(await home.run("expire")).toMatchObject({ code: 0, stdout: "No project has a time to live.\n" });
});

test("what has one is listed, the first to end first", async () => {
  for (const project of ["long", "short"]) expect((await home.run("up", `${project}.yaml`, "--yes")).code).toBe(0);
  const { end } = await home.json("expire");
  const ends = expect.stringMatching(/^\d{4}-\d\d-\d\dT/) as string;
  expect(end).toMatchObject({ exitCode: 0, result: { outcomes: [] } });
  expect(at(end, "expiring")).toEqual([
    { stack: "short", ends, over: false },
    { stack: "long", ends, over: false },
  ]);
});

test("without --yes nothing is removed", async () => {
  passes("short");
  const { code, stdout } = await home.run("expire");
  expect(code).toBe(0);
  expect(stdout).toMatch(/^short +\S+ +over$/m);
  expect(stdout).toContain("To remove 1 project whose time is over: deploy4me expire --yes");
  expect(await droplets()).toEqual(["long-wiki", "short-wiki"]);
});

test("what is over its time is removed; one that can't be has its reason, and keeps none of the others", async () => {
  // While the first is being removed, somebody gives the second more time.
  passes("long");
  inRecord(`CREATE TRIGGER more AFTER DELETE ON deployment WHEN OLD.stack = 'short'
    BEGIN UPDATE deployment SET made = made + 5184000000 WHERE stack = 'long'; END`);
  // As versions wrote it that kept no requests; it comes first.
  inRecord("INSERT INTO deployment (project, stack, made, time_to_live) VALUES ('deploy4me', 'ancient', 0, 'P1D')");
  const { end } = await home.json("expire", "--yes");
  expect(end.exitCode).toBe(1);
  expect(at(end, "outcomes")).toEqual([
    {
      stack: "ancient",
      outcome: "failed",
      code: "NOTHING_KEPT",
      message: expect.stringContaining("Name its file") as string,
    },
    { stack: "short", outcome: "removed" },
    { stack: "long", outcome: "extended" },
  ]);
  inRecord("DROP TRIGGER more");
  expect(await droplets()).toEqual(["long-wiki"]);
  expect(await home.json("outputs", "--stack", "short")).toMatchObject({ end: { error: { code: "STACK_NOT_FOUND" } } });
  inRecord("DELETE FROM deployment WHERE stack = 'ancient'");
});

test("a protected one stays, and that is no failure", async () => {
  home.write({ ...long, protect: true }, "long.yaml");
  expect((await home.run("up", "long.yaml", "--yes")).code).toBe(0);
  passes("long");
  const { code, stdout } = await home.run("expire", "--yes");
  expect([code, stdout]).toEqual([0, expect.stringContaining("! long is protected, and stays")]);
  expect(await home.json("destroy", "--stack", "long", "--yes")).toMatchObject({
    end: { exitCode: 1, error: { code: "PROTECTED_FROM_REMOVAL" } },
  });
  expect(await droplets()).toEqual(["long-wiki"]);
});

test("a kept request that is none any more removes nothing", async () => {
  const known = JSON.stringify({ ...long, project: "other" });
  for (const [kept, words] of [
    ['{"project":"long"}', "is not right"],
    [known, "it is of other"],
  ] as const) {
    inRecord("UPDATE deployment SET request = ? WHERE stack = 'long'", kept);
    const { end } = await home.json("destroy", "--stack", "long", "--yes");
    expect(end).toMatchObject({ exitCode: 1, error: { code: "KEPT_UNUSABLE" } });
    expect(end.error?.message).toContain(words);
  }
});

test("destroy by a name needs no file, only what up has kept", async () => {
  expect(await home.json("destroy", "--stack", "nobody", "--yes")).toMatchObject({
    end: { exitCode: 2, error: { code: "NOTHING_KEPT" } },
  });
  expect(await home.run("destroy", "long.yaml", "--stack", "long", "--yes")).toMatchObject({ code: 2 });
  inRecord("UPDATE deployment SET request = ? WHERE stack = 'long'", JSON.stringify(long));
  expect((await home.run("destroy", "--stack", "long", "--yes")).code).toBe(0);
  expect(await droplets()).toEqual([]);
  expect(at((await home.json("expire")).end, "expiring")).toEqual([]);
});
