import { existsSync, readFileSync } from "node:fs";

import { z } from "zod";

import { allCreations, recognise } from "../../../guard/recognition/recognition";
import { repeatable } from "../../../guard/recognition/repeatable";
import { descriptionFile } from "../../../sandbox/digitalocean/contract";
import { operations } from "../../../sandbox/digitalocean/coverage";
import { pageFile, tables, tablesIn } from "./page";

const filled = (route: string): string => route.replace(/:\w+/g, "5");

describe("the table of what is recognised", () => {
  test("leads from each of its routes to its row", () => {
    for (const row of allCreations) expect(recognise("POST", filled(row.route)).rule).toBe(row);
    for (const { route } of repeatable) expect(recognise("POST", filled(route)).rule.kind).toBe("repeatable");
  });

  test("takes a path apart into parts that are decoded, and takes no longer or shorter one for it", () => {
    expect(recognise("POST", "/v2/domains/ex%C3%A4mple.com/records").parameters).toEqual({ domain: "exämple.com" });
    for (const path of [
      "/v2/domains/a/records/5",
      "/v2/domains//records",
      "/v2/droplets/",
      "/v2/Droplets",
      "/v1/droplets",
    ])
      expect(recognise("POST", path).rule.kind).toBe("unrecognised");
  });

  test("has every create of the sandbox, or says why not", () => {
    const unknown = operations
      .filter(({ method, path }) => method === "POST" && recognise("POST", filled(path)).rule.kind === "unrecognised")
      .map(({ path }) => path);
    expect(unknown.filter((path) => !isRefused(path))).toEqual([
      // Of these two, the answers are lists; no client of ours uses them.
      "/v2/droplets/actions",
      "/v2/volumes/actions",
    ]);
  });
});

test("docs/guard.md has the table as it is (if not: node dist/test/guard/recognition/page.js)", () => {
  expect(tablesIn(readFileSync(pageFile, "utf8"))).toBe(tables());
});

/** The sandbox serves these, and makes nothing. */
function isRefused(path: string): boolean {
  const { note = "" } = operations.find((one) => one.method === "POST" && one.path === path) ?? {};
  return /refused|none can/.test(note);
}

type Json = Record<string, unknown>;
const isThere = existsSync(descriptionFile);

/** Names in answers are held against DigitalOcean's own description, where it is on this machine. */
describe("each row, by DigitalOcean's description", () => {
  const description = isThere ? (JSON.parse(readFileSync(descriptionFile, "utf8")) as Json) : {};
  const shape = (route: string): string => route.replace(/\{[^}]+\}|:\w+/g, "{}");
  const paths = new Map(Object.entries((description.paths ?? {}) as Json).map(([path, item]) => [shape(path), item]));

  const resolved = (value: unknown): Json => {
    const reference = z.object({ $ref: z.string() }).safeParse(value).data?.$ref;
    if (reference === undefined) return value as Json;
    const steps = reference.slice(2).split("/");
    const found = steps.reduce<unknown>(
      (at, step) => (at as Json)[step.replace(/~1/g, "/").replace(/~0/g, "~")],
      description,
    );
    return resolved(found);
  };
  const properties = (schema: unknown): Json => {
    const {
      properties: own = {},
      allOf = [],
      oneOf = [],
      anyOf = [],
    } = resolved(schema) as Record<string, Json | unknown[]>;
    const parts = [allOf, oneOf, anyOf].flat().map(properties);
    return Object.assign({}, own, ...parts) as Json;
  };
  const answer = (path: string, method: string, status: string): Json => {
    const operation = (paths.get(shape(path)) as Json | undefined)?.[method] as Json | undefined;
    const response = (operation?.responses as Json | undefined)?.[status];
    if (response === undefined) return {};
    const { content } = resolved(response) as { content?: Record<string, Json> };
    return properties(content?.["application/json"]?.schema);
  };
  const fieldOf = (fields: Json, path: string): boolean => {
    const [first = "", ...rest] = path.split(".");
    if (!(first in fields)) return false;
    return rest.length === 0 || fieldOf(properties(fields[first]), rest.join("."));
  };

  // The description gives this answer without the «action» around it; godo reads it with.
  const rows = allCreations.filter(({ route }) => route !== "/v2/images/:image/actions");
  test.each(rows.map((row) => [row.route, row] as const))("%s", (_route, row) => {
    if (!isThere) return;
    expect(answer(row.route, "post", String(row.status))).toHaveProperty(row.envelope);
    const listing = answer(row.listing.replace(/\?.*/, ""), "get", "200");
    expect(listing).toHaveProperty(row.items);
    const item = row.single === true ? properties(listing[row.items]) : properties(resolved(listing[row.items]).items);
    const marks = row.marks.map(({ sent, listed = sent }) => listed);
    for (const field of [row.id, ...marks, ...Object.keys(row.only ?? {})])
      expect([field, fieldOf(item, field)]).toEqual([field, true]);
  });
});
