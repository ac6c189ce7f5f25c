import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

import { Project, TagsApi } from "./project";

/** One life of a stack, from the command line: each test goes on where the one before ended. */
const api = new TagsApi();
let project: Project;
const printed: string[] = [];

async function pulumi(...parameters: readonly string[]): Promise<string> {
  const output = await project.pulumi(...parameters);
  printed.push(output);
  return output;
}

/** Every file below a folder, one after the other. */
function everything(folder: string): string {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), "utf8"))
    .join("\n");
}

const program = (greeting: string): string => `
const pulumi = require("@pulumi/pulumi");
const command = require("@pulumi/command");
const digitalocean = require("@pulumi/digitalocean");
class Word extends pulumi.dynamic.Resource {
  constructor(name, word) {
    super({ create: async (inputs) => ({ id: inputs.word, outs: inputs }) }, name, { word });
  }
}
const tag = new digitalocean.Tag("colour", { name: "blue" });
const word = new Word("word", "dynamic");
const hello = new command.local.Command("hello", {
  create: pulumi.interpolate\`echo ${greeting} \${tag.name} \${word.id}; echo $PASSWORD >&2\`,
  delete: "echo $PULUMI_COMMAND_STDOUT > farewell",
  environment: { PASSWORD: pulumi.secret("sesame-open") },
});
exports.greeting = hello.stdout;
`;

beforeAll(async () => {
  project = new Project(await api.start());
  await pulumi("stack", "init", "dev");
  project.write("index.js", program("hello"));
});

afterAll(async () => {
  project.remove();
  await api.stop();
});

test("a preview creates nothing", async () => {
  expect(await pulumi("preview")).toContain("+ 4 to create");
  expect(api.tags.size).toBe(0);
});

test("up creates a tag, runs the command and a dynamic provider", async () => {
  expect(await pulumi("up", "--yes", "--skip-preview")).toContain("+ 4 created");
  expect([...api.tags]).toEqual(["blue"]);
  expect((await pulumi("stack", "output", "greeting", "--show-secrets")).trim()).toBe("hello blue dynamic");
});

test("a second up changes nothing", async () => {
  expect(await pulumi("up", "--yes", "--skip-preview")).toMatch(/Resources:\s+4 unchanged/);
});

test("another command is an update, first as a preview and then indeed", async () => {
  project.write("index.js", program("good morning"));
  const output = await pulumi("up", "--yes");
  expect(output).toContain("~ 1 to update");
  expect(output).toContain("~ 1 updated");
  expect((await pulumi("stack", "output", "greeting", "--show-secrets")).trim()).toBe("good morning blue dynamic");
});

test("a refresh sees what is gone, and the next up mends it", async () => {
  api.tags.clear();
  const output = await pulumi("up", "--yes", "--refresh");
  expect(output).toContain("+ 1 to create");
  expect(output).toContain("+ 1 created");
  expect([...api.tags]).toEqual(["blue"]);
});

test("an import brings the resource and shows the code for it", async () => {
  api.tags.add("red");
  const output = await pulumi("import", "digitalocean:index/tag:Tag", "second", "red", "--yes", "--protect=false");
  expect(output).toContain("= 1 imported");
  expect(output).toContain('const second = new digitalocean.Tag("second", {name: "red"}');
});

test("destroy deletes everything and runs the command for it", async () => {
  await pulumi("destroy", "--yes", "--skip-preview");
  expect(api.tags.size).toBe(0);
  expect(readFileSync(join(project.folder, "farewell"), "utf8")).toBe("good morning blue dynamic\n");
});

test("nothing of all that warned", () => {
  expect(printed.join("\n")).not.toMatch(/warning/i);
});

test("the secret was never printed, and is ciphertext in the state", () => {
  const state = join(project.folder, "state", ".pulumi");
  expect(printed.join("\n")).not.toContain("sesame-open");
  expect(everything(state)).toContain("ciphertext");
  expect(everything(state)).not.toContain("sesame-open");
});
