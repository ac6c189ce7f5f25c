import { loadCatalogue, parseDefinition } from "../../catalogue/loader";

const minimal = `
name: notes
title: Notes
description: A place for notes.
homepage: https://notes.example/
needs: { memoryMb: 512, diskGb: 5 }
packages: { install: [notes], version: notes }
port: 80
services: [notes]
health: { path: /, contains: Notes }
`;

describe("the catalogue", () => {
  test("has the software we ship", () => {
    expect([...loadCatalogue().keys()]).toEqual(["dokuwiki", "wordpress"]);
  });

  test("fills in what a definition leaves out", () => {
    expect(parseDefinition(minimal, "notes.yaml")).toMatchObject({
      parameters: {},
      files: [],
      egress: [],
      packages: { install: ["notes"], without: [], version: "notes" },
      health: { status: 200, seconds: 60 },
    });
  });

  test("never ships a password: every one is generated for each installation", () => {
    for (const definition of loadCatalogue().values()) {
      const passwords = Object.values(definition.parameters).filter(({ credential }) => credential === "password");
      expect(passwords).toHaveLength(1);
      expect(passwords[0]?.generate).toBeDefined();
    }
  });

  test("nothing in it answers before the deployment's own set-up: health asks for the software's own page", () => {
    for (const definition of loadCatalogue().values()) expect(definition.health.contains).not.toBe("");
  });

  test.each([
    ["no YAML", "name: [", "notes.yaml: the definition is not YAML: "],
    [
      "an unknown key",
      `${minimal}colour: red\n`,
      'notes.yaml: the definition is not right: Unrecognized key: "colour"',
    ],
    [
      "another name",
      minimal.replace("name: notes", "name: other"),
      "notes.yaml: name has to be the file's name, notes",
    ],
    [
      "a missing key",
      minimal.replace("port: 80\n", ""),
      "notes.yaml: port is not right: Invalid input: expected number",
    ],
    [
      "a package that is none",
      minimal.replace("install: [notes]", "install: ['notes; rm']"),
      "notes.yaml: packages.install.0 is not right: the name of a Debian package",
    ],
    [
      "an unknown placeholder",
      `${minimal}files: [{ path: /etc/notes, content: "{{colour}}" }]\n`,
      "notes.yaml: files.0.content has {{colour}}, but the parameters are url, hostname, networkRange, egressProxy",
    ],
    [
      "an unknown filter",
      `${minimal}files: [{ path: /etc/notes, content: "{{url|html}}" }]\n`,
      "notes.yaml: files.0.content has {{url|html}}, but the filters are php, sql, shell, json",
    ],
    [
      "two sources of a value",
      `${minimal}parameters: { a: { description: A, default: x, required: true } }\n`,
      "notes.yaml: parameters.a is not right: has to have exactly one of default, generate and required",
    ],
    [
      "a default that its own pattern refuses",
      `${minimal}parameters: { a: { description: A, default: x, pattern: "^y$" } }\n`,
      "notes.yaml: parameters.a.default has to match the parameter's own pattern ^y$",
    ],
    [
      "a pattern that is none",
      `${minimal}parameters: { a: { description: A, default: x, pattern: "(" } }\n`,
      "notes.yaml: parameters.a.pattern has to be a regular expression",
    ],
    [
      "a built-in parameter",
      `${minimal}parameters: { url: { description: A, default: x } }\n`,
      "notes.yaml: parameters.url is a parameter that every installation has already",
    ],
  ])("%s is refused with the file, the place and what is right", (_, text, message) => {
    expect(() => parseDefinition(text, "notes.yaml")).toThrow(message);
  });
});
