import { TestApi, token } from "../../sandbox/digitalocean/api";
import type { Running } from "../executing";
import { onPaper, ProjectHome, wiki } from "./projects";

jest.setTimeout(180_000);

/** Ctrl-C while a machine is made that does not come up until it may. */
let api: TestApi;
let home: ProjectHome;

beforeAll(async () => {
  api = await TestApi.open();
  home = new ProjectHome(onPaper);
  await home.connect(api.origin, token);
  home.write(wiki);
});
afterAll(async () => {
  await home.close();
  await api.close();
});

async function underWay(): Promise<Running> {
  const before = api.hosts.named("create").length;
  const up = home.start("up", "--yes");
  await during(up, () => api.hosts.named("create").length > before);
  return up;
}

function told(up: Running, words: string): Promise<void> {
  return during(up, () => up.stderr.includes(words));
}

/** As long as the command takes: a busy machine decides nothing. */
async function during(up: Running, happened: () => boolean): Promise<void> {
  while (!happened()) {
    if (up.child.exitCode !== null) throw new Error(`it ended: ${up.stdout}${up.stderr}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

test("the first lets the steps in flight end, the second kills, and the next up makes nothing twice", async () => {
  api.hosts.hold();
  const killed = await underWay();
  killed.child.kill("SIGINT");
  await told(killed, "Ctrl-C: stopping after the steps in flight");
  expect(killed.child.exitCode).toBeNull();
  killed.child.kill("SIGINT");
  await told(killed, "Killing what still runs");
  expect((await killed.ended).code).toBe(130);
  expect(killed.stderr).toContain("was killed; the next operation first settles what was in flight");

  api.hosts.release();
  await api.cloud.settled();
  const { code, stdout, stderr } = await home.run("up", "--yes");
  expect([code, stderr]).toEqual([0, ""]);
  expect(stdout).toContain("wiki  https://wiki.example.com");
  expect(api.hosts.named("create")).toHaveLength(1);
  expect((await api.get("/v2/droplets")).list("droplets")).toHaveLength(1);
});

test("another command's cancel ends it as well, in good order", async () => {
  api.hosts.hold();
  home.write({ ...wiki, software: [...wiki.software, { name: "site", software: "wordpress" }] });
  const up = await underWay();
  expect(await home.json("cancel")).toMatchObject({ end: { exitCode: 0, result: { cancelled: true } } });
  api.hosts.release();
  const { code, stderr } = await up.ended;
  expect([code, stderr]).toEqual([130, expect.stringContaining("cancelled (interrupted from outside)")]);
  expect(await home.json("cancel")).toMatchObject({ end: { exitCode: 0, result: { cancelled: false } } });
});
