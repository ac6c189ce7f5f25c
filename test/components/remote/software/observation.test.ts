import { conditionOf, parseObservation } from "../../../../components/remote/software/observation";
import type { DesiredFile } from "../../../../components/remote/software/scripts";
import { notes } from "./notes";

/** What a machine writes when all is well, line by line, with changes. */
function answer(changes: Record<string, string> = {}): string {
  const lines = {
    "package\tnotes": "installed 1.0-1",
    "file\t/etc/notes": `${sum} 640 root:daemon`,
    "health\t": "ok",
    "service\tnotes": "active enabled",
    "service\tnotes-tick": "active static",
    ...changes,
  };
  return Object.entries(lines)
    .map(([key, value]) => `${key}\t${value}\n`)
    .join("");
}

const sum = "f4d5c8d0a1b0fdf0d4b9a0a9ea3d3ee0d57e7f5c2b0ad4a9c6a0b6a2b1e8a111";
const file: DesiredFile = { path: "/etc/notes", content: "x", mode: "0640", owner: "root:daemon" };
const sumOfX = "2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881";
const well = { "file\t/etc/notes": `${sumOfX} 640 root:daemon` };
const condition = (changes: Record<string, string> = {}) =>
  conditionOf(parseObservation(answer({ ...well, ...changes }), notes(), [file]));

describe("what a machine says about its software", () => {
  test("is that all is well", () => {
    expect(parseObservation(answer(well), notes(), [file])).toEqual({ version: "1.0-1", problems: [] });
    expect(condition()).toBe("installed, healthy");
  });

  test.each([
    ["package\tnotes", "", "the package notes is not installed"],
    ["package\tnotes", "config-files 1.0-1", "the package notes is not installed"],
    ["file\t/etc/notes", "", "/etc/notes is missing"],
    ["file\t/etc/notes", `${sum} 640 root:daemon`, "/etc/notes has other content than defined"],
    ["file\t/etc/notes", `${sumOfX} 666 root:daemon`, "/etc/notes has other rights than defined"],
    ["file\t/etc/notes", `${sumOfX} 640 root:root`, "/etc/notes has other rights than defined"],
    ["service\tnotes", "failed enabled", "the service notes is failed"],
    ["service\tnotes", "active disabled", "the service notes does not start at boot"],
    ["service\tnotes", "active masked", "the service notes does not start at boot"],
    ["health\t", "HTTP status 500 instead of 200 at port 80/", "HTTP status 500 instead of 200 at port 80/"],
    ["health\t", "", "it can't be asked whether it answers"],
  ])("is that something is wrong: %s %s", (line, value, problem) => {
    expect(condition({ [line]: value })).toBe(problem);
  });

  test("is everything that is wrong, in one line", () => {
    expect(condition({ "package\tnotes": "", "health\t": "no answer" })).toBe(
      "the package notes is not installed; no answer",
    );
  });

  test("is never taken for well when it was cut off", () => {
    const cut = answer(well).split("service\tnotes-tick")[0] ?? "";
    expect(() => parseObservation(cut, notes(), [file])).toThrow(
      "the machine's answer says nothing about the service notes-tick",
    );
  });
});
