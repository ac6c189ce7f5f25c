import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { findRequest } from "../../../cli/project/request-file";

let folder: string;
let inner: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "deploy4me-request-"));
  inner = join(folder, "a", "b");
  mkdirSync(inner, { recursive: true });
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

test("a file that is named is taken as it is named, there or not", () => {
  expect(findRequest("other.yaml", folder)).toBe("other.yaml");
});

test("without a name the nearest of a usual name is taken, here or above", () => {
  writeFileSync(join(folder, "deploy4me.json"), "");
  expect(findRequest(undefined, inner)).toBe(join("..", "..", "deploy4me.json"));
  writeFileSync(join(inner, "deploy4me.yml"), "");
  expect(findRequest(undefined, inner)).toBe("deploy4me.yml");
});

test("several in one folder are not chosen from", () => {
  for (const name of ["deploy4me.yaml", "deploy4me.json"]) writeFileSync(join(folder, name), "");
  expect(() => findRequest(undefined, inner)).toThrow(/deploy4me\.yaml.*deploy4me\.json.*name the one that is meant/);
});

test("where there is none, the usual names and the folder are said", () => {
  expect(() => findRequest(undefined, inner)).toThrow(
    `there is no deploy4me.yaml or deploy4me.yml or deploy4me.json in ${inner}`,
  );
});
