import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

import { TestApi, token } from "../../sandbox/digitalocean/api";
import { at, onPaper, ProjectHome, wiki } from "./projects";

/** A project's whole life by its commands, each a process: each test goes on where the one before ended. */
let api: TestApi;
let home: ProjectHome;
const bigger = { ...wiki, software: [{ ...wiki.software[0]!, size: "s-1vcpu-2gb" }] };
let approval = "";

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

async function droplets(): Promise<readonly { readonly name: string; readonly size_slug: string }[]> {
  const { body } = await api.get("/v2/droplets");
  return (body as { droplets: { name: string; size_slug: string }[] }).droplets;
}

test("a preview shows what would be done by names that people know, what it costs, and how to approve it", async () => {
  const { code, stdout, stderr } = await home.run("preview");
  expect([code, stderr]).toEqual([0, ""]);
  expect(stdout).toMatch(/^Create 3$/m);
  for (const name of ["tag\n", "private network\n", "droplet wiki\n"]) expect(stdout).toContain(`  + ${name}`);
  expect(stdout).toMatch(/Costs \$12\.00 a month \(bastion \$6\.00, wiki \$6\.00\).*by DigitalOcean's prices of today/);
  approval = /deploy4me up deploy4me\.yaml --approved (d4m1\S+)/.exec(stdout)?.[1] ?? "";
  expect(approval).not.toBe("");
  expect(await droplets()).toEqual([]);
});

test("up without a terminal does nothing by itself", async () => {
  const { code, stderr } = await home.run("up");
  expect([code, stderr]).toEqual([2, expect.stringMatching(/no terminal to ask at: add --yes, or --approved/)]);
  expect(await droplets()).toEqual([]);
});

test("an approval of another request is void, and it is said what moved", async () => {
  home.write(bigger);
  const { end } = await home.json("up", "--approved", approval);
  expect(end).toMatchObject({ exitCode: 3, error: { code: "APPROVAL_MOVED", moved: ["request"] } });
  home.write(wiki);
  expect(await droplets()).toEqual([]);
});

test("what was approved is done, step by step in lines", async () => {
  const { code, stdout, stderr } = await home.run("up", "--approved", approval);
  expect([code, stderr]).toEqual([0, ""]);
  expect(stdout).toMatch(/^ +\d+ s {2}\+ droplet wiki( \(\d+ s\))?$/m);
  expect(stdout).toContain("Done: 3 created.");
  expect(stdout).toContain("wiki  https://wiki.example.com");
  expect(stdout).not.toContain("\u001b");
  expect(await droplets()).toMatchObject([{ name: "office-wiki", size_slug: "s-1vcpu-1gb" }]);
});

test("outputs hide secrets, unless they are asked for", async () => {
  const hidden = await home.run("outputs");
  expect(hidden.stdout).toContain("credentials  [secret]");
  expect(hidden.stdout + hidden.stderr).not.toContain("sesame");
  const { end } = await home.json("outputs", "--show-secrets", "--stack", "office");
  expect(at(end, "outputs", "credentials")).toMatchObject({ secret: true, value: { wiki: { user: "admin" } } });
  expect(JSON.stringify(at(end, "outputs"))).toContain("sesame-of-the-paper");
  expect((await home.run("outputs", "--only", "note")).stdout).toBe("one\ntwo\n");
  expect(await home.run("outputs", "--only", "nothing")).toMatchObject({ code: 2 });
});

test("something to do is told by an exit code", async () => {
  home.write(bigger);
  const { code, stdout, stderr } = await home.run("preview", "--expect-no-changes");
  expect([code, stderr]).toEqual([4, expect.stringContaining("no changes were expected")]);
  expect(stdout).toMatch(/Change 1\n {2}~ droplet wiki\n {6}size: "s-1vcpu-1gb" → "s-1vcpu-2gb"/);
  expect(stdout).toContain("Costs $18.00 a month");
});

test("what was changed outside is told apart from what is planned, and mended", async () => {
  home.write(wiki);
  const { body } = await api.get("/v2/vpcs");
  const { id } = (body as { vpcs: { id: string; name: string }[] }).vpcs.find(({ name }) => name === "office")!;
  await api.patch(`/v2/vpcs/${id}`, { description: "by hand" });
  const preview = await home.run("preview", "--refresh");
  expect(preview.stdout).toMatch(/Change 1\n {2}~ private network/);
  expect(preview.stdout).toMatch(
    /Changed outside: 1 resource\n {2}~ private network\n {6}description: "office" → "by hand"/,
  );
  const refresh = await home.run("refresh");
  expect(refresh.stdout).toMatch(/~ private network was changed outside/);
  expect(refresh.stdout).toContain("To mend it: deploy4me up deploy4me.yaml");
  expect(await home.json("refresh")).toMatchObject({ end: { exitCode: 0, result: { drift: [], unchanged: true } } });
});

test("in a terminal up shows, asks, and does what it has shown", async () => {
  home.write(bigger);
  const up = await home.inTerminal("up").until(/details\] $/);
  expect(up.stdout).toContain("0 s  starting");
  up.child.stdin?.write("details\r");
  await up.until(/details\][^]*Change 2[^]*details\] $/);
  expect(await droplets()).toMatchObject([{ size_slug: "s-1vcpu-1gb" }]);
  up.child.stdin?.write("yes\r");
  expect((await up.ended).code).toBe(0);
  expect(up.stdout).toContain("2 changed, 1 as they were");
  expect(await droplets()).toMatchObject([{ name: "office-wiki", size_slug: "s-1vcpu-2gb" }]);
});

test("its history and its states are there", async () => {
  const history = await home.json("history", "--limit", "2");
  const entry = { outcome: "succeeded", operation: expect.any(String) as string };
  expect(at(history.end, "history")).toMatchObject([
    { ...entry, kind: "update" },
    { ...entry, kind: "refresh" },
  ]);
  const { end } = await home.json("state", "backups");
  const backups = at(end, "backups") as { id: string; before: string }[];
  expect(backups.map(({ before }) => before)).toEqual(expect.arrayContaining(["up", "refresh"]));

  expect((await home.run("state", "export", "--output", "state.json")).code).toBe(0);
  const exported = readFileSync(join(home.folder, "state.json"), "utf8");
  expect(exported).toContain("office-wiki-droplet");
  expect(exported).not.toContain("sesame");
  expect(await home.json("state", "restore", backups.at(-1)!.id, "--yes")).toMatchObject({ end: { exitCode: 0 } });
  expect(at((await home.json("outputs")).end, "outputs")).toEqual({});
  expect(await home.json("state", "import", "state.json", "--yes")).toMatchObject({ end: { exitCode: 0 } });
  expect(Object.keys(at((await home.json("outputs")).end, "outputs") as object)).toContain("urls");
});

test("a protected project is not removed, and without a terminal none is", async () => {
  expect(await home.run("destroy")).toMatchObject({ code: 2 });
  home.write({ ...bigger, protect: true });
  const { end } = await home.json("destroy", "--yes");
  expect(end).toMatchObject({ exitCode: 1, error: { code: "PROTECTED_FROM_REMOVAL" } });
  expect(await droplets()).toHaveLength(1);
});

test("in a terminal destroy asks for the project's name, and another one ends it", async () => {
  home.write(bigger);
  const destroy = await home.inTerminal("destroy").until("to remove it:");
  expect(destroy.stdout).toContain("- 1 droplet: wiki");
  destroy.child.stdin?.write("yes\r");
  expect((await destroy.ended).code).toBe(130);
  expect(await droplets()).toHaveLength(1);
});

test("with the token itself as the stack's secret it is the same, and nothing is left of token or stack", async () => {
  const { lines, end } = await home.json("destroy", "--yes", "--direct", "--remove");
  expect(end).toMatchObject({ exitCode: 0, result: { remaining: 0 } });
  expect(lines.map(({ kind }) => kind)).toEqual(expect.arrayContaining(["started", "step", "ended", "end"]));
  expect(JSON.stringify(lines)).not.toMatch(new RegExp(`${token}|sesame`));
  expect(await droplets()).toEqual([]);
  expect(await home.json("outputs")).toMatchObject({ end: { exitCode: 1, error: { code: "STACK_NOT_FOUND" } } });
  const files = readdirSync(home.directory, { recursive: true, withFileTypes: true }).filter((one) => one.isFile());
  for (const one of files) expect(readFileSync(join(one.parentPath, one.name), "latin1")).not.toContain(token);
});
