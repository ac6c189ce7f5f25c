import { readFileSync } from "node:fs";
import { join } from "node:path";

import { Ajv, type ValidateFunction } from "ajv";
import addFormats from "ajv-formats";

import { loadCatalogue, parseDefinition } from "../../../catalogue/loader";
import { projectRoot } from "../../../cli/home";
import { jsonSchemaFile, requestJsonSchema } from "../../../driver/request/json-schema";
import { parseRequest } from "../../../driver/request/parse";
import { validator } from "./ajv";
import { full, least, publicKey } from "./requests";

describe("the JSON Schema of requests", () => {
  test(`in ${jsonSchemaFile} is what the code says (if not: node dist/test/driver/request/write-schema.js)`, () => {
    const kept = JSON.parse(readFileSync(join(projectRoot(), jsonSchemaFile), "utf8")) as unknown;
    expect(kept).toEqual(JSON.parse(JSON.stringify(requestJsonSchema(loadCatalogue()))));
  });

  test("describes every key", () => {
    const nameless: string[] = [];
    const visit = (schema: Schema, path: string): void => {
      for (const [name, inner] of Object.entries(schema.properties ?? {})) {
        const said = inner.description ?? inner.const;
        if (said === undefined) nameless.push(`${path}${name}`);
        visit(inner, `${path}${name}.`);
        if (inner.items) visit(inner.items, `${path}${name}[].`);
        for (const one of [...(inner.oneOf ?? []), ...(inner.anyOf ?? [])]) visit(one, `${path}${name}.`);
      }
    };
    visit(requestJsonSchema(loadCatalogue()) as Schema, "");
    expect(nameless).toEqual([]);
  });

  let isValid: ValidateFunction;
  beforeAll(() => {
    isValid = validator(loadCatalogue());
  });

  test("is right by its own standard", () => {
    const ajv = new Ajv({ strict: false });
    addFormats(ajv);
    expect(ajv.validateSchema(requestJsonSchema(loadCatalogue()))).toBe(true);
  });

  test.each([
    ["the least", least],
    ["everything", full],
    ["what was accepted", parseRequest(full)],
    ["an end", { ...least, timeToLive: "2099-01-31T18:00:00+01:00" }],
    ["a private authority", { ...least, tls: { issuer: "private-ca" } }],
    ["AWS", { ...least, cloud: "aws", region: "frankfurt", owner: "accounting", flowLogs: true }],
    ["keys", { ...least, access: { admins: ["203.0.113.7/32"], keys: [publicKey] } }],
  ])("takes %s", (_, request) => {
    expect([isValid(request), isValid.errors]).toEqual([true, null]);
    expect(() => parseRequest(request)).not.toThrow();
  });

  test.each<[string, unknown]>([
    ["an unknown key", { ...least, colour: "red" }],
    ["a missing key", { ...least, domain: undefined }],
    ["a cloud that is not there", { ...least, cloud: "azure" }],
    ["what AWS alone has, elsewhere", { ...least, owner: "accounting" }],
    ["the same, switched off", { ...least, flowLogs: false }],
    ["backups, which are not there yet", { ...least, backups: {} }],
    ["unknown software", { ...least, software: [{ name: "wiki", software: "excel" }] }],
    ["no software", { ...least, software: [] }],
    ["a name that is none", { ...least, software: [{ name: "Our wiki", software: "dokuwiki" }] }],
    ["a project that is none", { ...least, project: "-" }],
    [
      "a parameter of other software",
      { ...least, software: [{ name: "s", software: "wordpress", parameters: { language: "de" } }] },
    ],
    [
      "a parameter's bad value",
      { ...least, software: [{ name: "w", software: "dokuwiki", parameters: { adminUser: "0" } }] },
    ],
    ["a time in other words", { ...least, timeToLive: "30 days" }],
    ["an e-mail address where none is taken", { ...least, tls: { issuer: "private-ca", email: "a@example.com" } }],
  ])("refuses %s, as parseRequest does", (_, request) => {
    expect(isValid(request)).toBe(false);
    expect(() => parseRequest(request)).toThrow();
  });

  test("asks for the parameters that the chosen software needs", () => {
    const definition = `
name: crm
title: CRM
description: A CRM.
homepage: https://example.com/
needs: { memoryMb: 512, diskGb: 5 }
packages: { install: [nginx], version: nginx }
port: 80
parameters: { licence: { description: The licence., required: true, credential: password } }
services: [nginx]
health: { path: /, contains: x }
`;
    const catalogue = new Map([...loadCatalogue(), ["crm", parseDefinition(definition, "crm.yaml")] as const]);
    const check = validator(catalogue);
    const withCrm = (more: object) => ({ ...least, software: [{ name: "crm", software: "crm", ...more }] });
    expect([check(withCrm({})), check(withCrm({ parameters: {} }))]).toEqual([false, false]);
    expect(check(withCrm({ parameters: { licence: "x" } }))).toBe(true);
    expect(check(least)).toBe(true);
    expect(JSON.stringify(requestJsonSchema(catalogue))).toContain('"writeOnly":true');
  });
});

interface Schema {
  readonly description?: string;
  readonly const?: unknown;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
  readonly oneOf?: readonly Schema[];
  readonly anyOf?: readonly Schema[];
}
