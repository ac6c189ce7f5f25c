import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { script, writeFile } from "../../../components/host/script";
import { quote } from "../../../components/remote/shell";

function run(text: string) {
  return spawnSync("bash", ["-s"], { input: text, encoding: "utf8", timeout: 10_000 });
}

describe("scripts", () => {
  test.each(["plain", "two words", "it's", "$(id)", "`id`", 'say "hi"', "a\nb", "", "*", "ä"])(
    "quote %p as one word",
    (word) => {
      expect(run(`printf %s ${quote(word)}`).stdout).toBe(word);
    },
  );

  test("stop at the first step that fails", () => {
    const result = run(script("false", "echo never"));
    expect(result.status).toBe(1);
    expect(result.stdout).toBe("");
  });

  test("can't be swallowed by a step that reads its standard input", () => {
    expect(run(script("cat", "echo after")).stdout).toBe("after\n");
  });

  test("are run whole or not at all", () => {
    const cut = script("echo first", "echo second").split("echo second")[0] ?? "";
    expect(run(cut).stdout).toBe("");
  });

  describe("write a file", () => {
    const directory = mkdtempSync(join(tmpdir(), "deploy4me-script-"));
    afterAll(() => {
      rmSync(directory, { recursive: true });
    });

    test.each(["text\n", "no newline", "", "END\nEND_\n", "$HOME `id` \\ 'x'\n"])(
      "with exactly the content %p",
      (content) => {
        const path = join(directory, "a file");
        expect(run(script(writeFile({ path, content, mode: "0640" })))).toMatchObject({ status: 0, stderr: "" });
        expect(readFileSync(path, "utf8")).toBe(content === "no newline" ? "no newline\n" : content);
        expect(statSync(path).mode & 0o777).toBe(0o640);
      },
    );
  });
});
