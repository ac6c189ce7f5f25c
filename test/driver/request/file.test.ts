import { execFileSync } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { stringify } from "yaml";

import { InvalidRequest, UnreadableRequest } from "../../../driver/request/errors";
import { parseRequestText, readRequest } from "../../../driver/request/file";
import { parseRequest } from "../../../driver/request/parse";
import { readText } from "../../../driver/request/text";
import { full, least } from "./requests";

let directory: string;
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), "deploy4me-request-"));
});
afterAll(() => {
  rmSync(directory, { recursive: true });
});

function file(name: string, content: string | Buffer): string {
  const path = join(directory, name);
  writeFileSync(path, content);
  return path;
}

async function failure<T extends Error = InvalidRequest>(
  attempt: Promise<unknown>,
  kind: abstract new (...args: never[]) => T = InvalidRequest as never,
): Promise<T> {
  try {
    await attempt;
  } catch (error) {
    if (error instanceof kind) return error;
    throw error;
  }
  throw new Error("it was read");
}

describe("a request's file", () => {
  test.each([
    ["request.yaml", stringify(full)],
    ["request.json", JSON.stringify(full)],
    ["tabs.json", JSON.stringify(full, null, "\t")],
    ["marked.yaml", `\ufeff# A wiki.\r\n${stringify(full).replaceAll("\n", "\r\n")}`],
    ["request", stringify(full)],
  ])("%s is read", async (name, content) => {
    await expect(readRequest(file(name, content))).resolves.toEqual(parseRequest(full));
  });

  test("may be linked to", async () => {
    file("real.yaml", stringify(least));
    symlinkSync("real.yaml", join(directory, "link.yaml"));
    await expect(readRequest(join(directory, "link.yaml"))).resolves.toEqual(parseRequest(least));
  });

  test("is refused by lines and columns, in their order", async () => {
    const text = [
      "project: Office",
      "cloud: digitalocean",
      "domain: example.com",
      "access: { admins: [203.0.113.7/32, nowhere] }",
      "software:",
      "  - name: wiki",
      "    software: dokuwik",
      "  - software: wordpress",
      "    name: site",
      "    colour: red",
      "    parameters:",
      "      adminPassword: |",
      "        open sesame",
      "        twice",
    ].join("\n");
    const error = await failure(parseRequestText(text, "/etc/requests/office.yaml"));
    expect(error.problems.map(({ at, line, column }) => [at, line, column])).toEqual([
      ["region", 1, 1],
      ["project", 1, 1],
      ["access.admins[1]", 4, 36],
      ["software[0].software", 7, 5],
      ["software[1].colour", 10, 5],
      ["software[1].parameters.adminPassword", 12, 7],
    ]);
    expect(error.message).toMatch(/^office\.yaml is not right, in 6 places:\n {2}1:1 region has to be /);
    expect(error.message).not.toContain("sesame");
  });

  test.each<[string, string, string, string]>([
    ["an alias", "a: &x 1\nb: *sesame", "not-yaml", "2:4"],
    ["an alias that leads somewhere", "a: &x [1]\nb: [*x, *x]", "not-yaml", "2:5"],
    ["two documents", "a: 1\n---\nb: sesame", "not-yaml", "2:1"],
    ["a key twice", "a: 1\na: sesame", "not-yaml", "2:1"],
    ["a tag", "a: !sesame 1", "not-yaml", "1:4"],
    ["a tab", "a:\n\tb: sesame", "not-yaml", "2:1"],
    ["an open quote", 'a: "sesame', "not-yaml", "1:11"],
    ["a wrong escape", 'a: "\\sesame"', "not-yaml", "1:5"],
    ["a colon too many", "a: sesame: c", "not-yaml", "1:4"],
    ["a key that is a list", "? [sesame]\n: 1", "not-yaml", "1:3"],
    ["a reserved character", "a: @sesame", "not-yaml", "1:4"],
  ])("with %s is refused without any of its text", async (_, text, reason, place) => {
    const error = await failure(parseRequestText(text, "office.yaml"), UnreadableRequest);
    expect(error).toMatchObject({ code: "UNREADABLE_REQUEST", reason });
    expect(error.message).toMatch(new RegExp(`^office\\.yaml:${place} is no YAML: it [a-z]`));
    expect(`${error.message} ${String(error.stack)} ${JSON.stringify(error)}`).not.toContain("sesame");
  });

  test("called JSON has to be JSON", async () => {
    await expect(parseRequestText(stringify(least), "office.json")).rejects.toMatchObject({
      reason: "not-json",
      message: "office.json is YAML, but no JSON: call it .yaml, or write it as JSON.",
    });
    await expect(parseRequestText('{"a": "sesame}', "office.json")).rejects.toMatchObject({
      reason: "not-json",
      message: expect.stringMatching(/^office\.json:1:\d+ is no JSON: it (?!.*sesame)/) as string,
    });
    await expect(parseRequestText('{"a": 1, "a": 2}', "office.json")).rejects.toMatchObject({
      message: "office.json:1:10 is no JSON: it has a key twice.",
    });
  });

  test("with another type than text, by a tag of YAML's own, is refused", async () => {
    for (const value of ["!!binary aGVsbG8=", "!!timestamp 2027-01-01", ".inf"]) {
      const { problems } = await failure(parseRequestText(`project: ${value}`, "office.yaml"));
      expect([value, problems[0]?.at]).toEqual([value, "project"]);
    }
  });

  test("with what would become another's prototype is refused", async () => {
    const error = await failure(parseRequestText(`${stringify(least)}__proto__: { polluted: 1 }\n`, "office.yaml"));
    expect(error.problems).toMatchObject([{ at: "__proto__", line: 11, column: 1 }]);
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
  });

  test.each<[string, string]>([
    ["missing", "nowhere.yaml"],
    ["not-a-file", "."],
    ["missing", "real.yaml/inside"],
    ["not-a-file", "pipe"],
    ["too-large", "large.yaml"],
    ["not-text", "latin1.yaml"],
  ])("that is %s is refused", async (reason, name) => {
    mkdirSync(join(directory, "folder"), { recursive: true });
    file("real.yaml", stringify(least));
    file("large.yaml", `# ${"x".repeat(64 * 1024)}`);
    file("latin1.yaml", Buffer.from("project: caf\u00e9", "latin1"));
    rmSync(join(directory, "pipe"), { force: true });
    execFileSync("mkfifo", [join(directory, "pipe")]);
    const error = await failure(readRequest(join(directory, name)), UnreadableRequest);
    expect(error).toMatchObject({ reason, file: join(directory, name) });
  });

  test("that never ends is refused", async () => {
    await expect(readRequest("/dev/zero")).rejects.toMatchObject({ reason: "not-a-file" });
    await expect(parseRequestText("x".repeat(65_537), "office.yaml")).rejects.toMatchObject({ reason: "too-large" });
  });

  test("that this user may not read is refused", () => {
    const path = file("closed.yaml", stringify(least));
    chmodSync(path, 0);
    const script = `require(${JSON.stringify(require.resolve("../../../driver/request/file"))}).readRequest(${JSON.stringify(path)})
      .then(() => console.log("read"), (error) => console.log(error.reason))`;
    chmodSync(directory, 0o755);
    // The tests run as root, who may read everything.
    const drop = "process.setgid(65534); process.setuid(65534);";
    expect(
      execFileSync(process.execPath, ["-e", script.replace("require", `${drop} require`)], {
        encoding: "utf8",
        timeout: 30_000,
      }),
    ).toBe("forbidden\n");
  });
});

describe("a text that keeps a parser busy", () => {
  // Each of these takes the parser minutes where it stands alone; refused for whatever comes first, and soon.
  const hostile: Record<string, string> = {
    brackets: "[{".repeat(32_000),
    questions: "? ".repeat(32_000),
    quotes: ': "'.repeat(21_000),
    aliases: ": *a !t *a ".repeat(5_900),
    laughs: `a0: &a0 [x]\n${Array.from({ length: 20 }, (_, n) => `a${n + 1}: &a${n + 1} [*a${n}, *a${n}]`).join("\n")}`,
  };

  test.each(Object.keys(hostile))("(%s) holds up nobody else, and is refused in the end", async (name) => {
    let turns = 0;
    const beat = setInterval(() => turns++, 1);
    const error = await failure(readText(hostile[name] ?? "", "office.yaml", 300), UnreadableRequest);
    clearInterval(beat);
    expect(error.reason).toMatch(/^(not-yaml|too-complex)$/);
    expect(turns).toBeGreaterThan(0);
  });

  test("is not waited for longer than is said", async () => {
    await expect(readText(stringify(full), "office.yaml", 0)).rejects.toMatchObject({
      reason: "too-complex",
      message: "office.yaml can't be read with the time and memory there is for it: write it in a simpler way.",
    });
  });
});
