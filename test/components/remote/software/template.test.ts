import { execFileSync } from "node:child_process";

import { templateFilters } from "../../../../catalogue/loader";
import { fillTemplate } from "../../../../components/remote/software/template";

/** What people, and people who mean harm, put into a title. */
const hostile = [
  "plain",
  "Bob's wiki",
  'say "hi"',
  "back\\slash",
  "end\\",
  "\\'",
  "'; system('id'); //",
  "$(id) `id` ${HOME} $HOME",
  "*",
  "{{title}}",
  "$& $1 $`",
  "äöü ✓",
  "",
  " spaces ",
  "-n",
  "</script>",
];

const run = (command: string, ...args: string[]) => execFileSync(command, args, { encoding: "utf8", timeout: 10_000 });
const filled = (template: string, value: string) => fillTemplate(template, { title: value });

describe("a value comes through a template unchanged", () => {
  test.each(hostile)("as it is: %p", (value) => {
    expect(filled("title = {{title}}\n", value)).toBe(`title = ${value}\n`);
  });

  test.each(hostile)("as a word for a shell: %p", (value) => {
    expect(run("bash", "-c", filled("printf '%s|' {{title|shell}} end", value))).toBe(`${value}|end|`);
  });

  test.each(hostile)("as JSON: %p", (value) => {
    const text = filled('{ "title": {{title|json}} }', value);
    expect(run("python3", "-c", "import json, sys; print(json.loads(sys.argv[1])['title'], end='')", text)).toBe(value);
  });

  // Perl's single quotes are PHP's: nothing but \\ and \' means something else in them.
  test.each(hostile)("in PHP's single quotes: %p", (value) => {
    expect(run("perl", "-e", filled("print '{{title|php}}';", value))).toBe(value);
  });

  test.each(hostile.filter((value) => !value.includes("\\")))("in SQL's single quotes: %p", (value) => {
    expect(run("sqlite3", ":memory:", filled("SELECT '{{title|sql}}';", value))).toBe(`${value}\n`);
  });

  // A backslash is a character of its own in SQL, but not in MariaDB's.
  test("in MariaDB's single quotes, where a backslash escapes", () => {
    expect(filled("'{{title|sql}}'", "a\\'b")).toBe("'a\\\\''b'");
  });
});

describe("a template", () => {
  test("has each placeholder filled in, however often", () => {
    expect(fillTemplate("{{a}} {{b}} {{a|json}}", { a: "1", b: "2" })).toBe('1 2 "1"');
  });

  test("knows every filter that a definition may use", () => {
    for (const filter of templateFilters) expect(() => filled(`{{title|${filter}}}`, "x")).not.toThrow();
  });

  test.each(["{{other}}", "{{title|html}}", "{{}}", "{{toString}}", "{{title|constructor}}"])(
    "with %p is refused",
    (template) => {
      expect(() => filled(template, "x")).toThrow(RangeError);
    },
  );
});
