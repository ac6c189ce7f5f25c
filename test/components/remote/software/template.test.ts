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

/** What an interpreter makes of each text, handed over as its arguments and taken back with a NUL behind each. */
function understood(texts: readonly string[], command: string, ...args: string[]): string[] {
  const out = execFileSync(command, [...args, ...texts], { encoding: "utf8", timeout: 30_000 });
  return out.split("\0").slice(0, -1);
}
const filled = (template: string, value: string) => fillTemplate(template, { title: value });
const each = (template: string, values = hostile) => values.map((value) => filled(template, value));

describe("values come through a template unchanged", () => {
  test("as they are", () => {
    expect(each("title = {{title}}\n")).toEqual(hostile.map((value) => `title = ${value}\n`));
  });

  test("as words for a shell", () => {
    const script = `for text; do eval "$text"; done`;
    expect(understood(each("printf '%s\\0' {{title|shell}}"), "bash", "-c", script, "bash")).toEqual(hostile);
  });

  test("as JSON", () => {
    const script = "import json, sys\nfor text in sys.argv[1:]: print(json.loads(text)['title'], end='\\0')";
    expect(understood(each('{ "title": {{title|json}} }'), "python3", "-c", script)).toEqual(hostile);
  });

  // Perl's single quotes are PHP's: nothing but \\ and \' means something else in them.
  test("in PHP's single quotes", () => {
    const script = 'for my $text (@ARGV) { my $value = eval $text; print "$value\\0" }';
    expect(understood(each("'{{title|php}}'"), "perl", "-e", script, "--")).toEqual(hostile);
  });

  test("in SQL's single quotes", () => {
    const values = hostile.filter((value) => !value.includes("\\"));
    const script =
      "import sqlite3, sys\nfor text in sys.argv[1:]: print(sqlite3.connect(':memory:').execute(text).fetchone()[0], end='\\0')";
    expect(understood(each("SELECT '{{title|sql}}'", values), "python3", "-c", script)).toEqual(values);
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
