import fc from "fast-check";

import { canonicalJson, plainCopy } from "../../driver/canonical";
import { qualifiedName, stackId } from "../../driver/stack-id";
import { parseBackend } from "../../driver/state/backend";

describe("a stack's name", () => {
  test.each(["office", "a", "0", "a-b-c", "x".repeat(63)])("may be %s", (name) => {
    expect(qualifiedName(stackId("deploy4me", name))).toBe(`organization/deploy4me/${name}`);
  });

  // In PostgreSQL's LIKE, `_` and `%` stand for others' names.
  test.each([
    "with_underscore",
    "per%cent",
    "",
    "-a",
    "a-",
    "A",
    "a.b",
    "a/b",
    "../a",
    "a b",
    "ü",
    "x".repeat(64),
    "a\n",
  ])("may not be %j", (name) => {
    expect(() => stackId("deploy4me", name)).toThrow(expect.objectContaining({ code: "INVALID_STACK_NAME" }) as Error);
    expect(() => stackId(name, "office")).toThrow(
      expect.objectContaining({ code: "INVALID_STACK_NAME", part: "project" }) as Error,
    );
  });
});

describe("a request", () => {
  test("arrives as it was sent", () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(plainCopy(value)).toEqual(JSON.parse(JSON.stringify(value)));
      }),
    );
  });

  test("loses keys that are undefined", () => {
    expect(plainCopy({ a: undefined, b: [{ c: undefined }] })).toEqual({ b: [{}] });
  });

  const circle: Record<string, unknown> = {};
  circle.self = circle;
  test.each([
    ["a function", { a: [() => 1] }, "a[0]"],
    ["a date", { when: new Date(0) }, "when"],
    ["a map", { catalogue: new Map() }, "catalogue"],
    ["no number", { n: Number.NaN }, "n"],
    ["a symbol", { s: Symbol("s") }, "s"],
    ["itself", circle, "self"],
    ["undefined in a list", { l: [undefined] }, "l[0]"],
  ])("with %s is refused, by the place", (_what, value, path) => {
    expect(() => plainCopy<unknown>(value)).toThrow(
      expect.objectContaining({ code: "REQUEST_NOT_PLAIN", path }) as Error,
    );
  });

  test("has one text, whatever the order of its keys", () => {
    expect(canonicalJson({ b: 1, a: { d: [2, { f: 1, e: 2 }], c: 3 } })).toBe(
      '{"a":{"c":3,"d":[2,{"e":2,"f":1}]},"b":1}',
    );
  });
});

describe("a backend's address", () => {
  test("of a folder", () => {
    expect(parseBackend("file:///var/lib/state")).toEqual({
      kind: "file",
      url: "file:///var/lib/state?metadata=skip",
      folder: "/var/lib/state",
    });
  });

  test("of PostgreSQL loses its password, which goes into a file", () => {
    const backend = parseBackend("postgresql://user:pa%3Ass@db.example:5432/state?table=states");
    expect(backend.url).toBe("postgres://user@db.example:5432/state?table=states");
    expect(backend.postgres).toEqual({
      url: "postgres://user:pa%3Ass@db.example:5432/state",
      table: "states",
      prefix: "state/",
      passwordLine: "*:*:*:*:pa\\:ss\n",
    });
  });

  test("of another self-managed one is the engine's matter", () => {
    expect(parseBackend("s3://bucket")).toEqual({ kind: "other", url: "s3://bucket" });
  });

  test.each([
    "",
    "state",
    "file://host/folder",
    "https://app.pulumi.com",
    "postgres://host/db?table=a;drop",
    "postgres:///db?host=/run/postgresql",
    "postgres://host",
  ])("%s is refused", (address) => {
    expect(() => parseBackend(address)).toThrow(expect.objectContaining({ code: "INVALID_BACKEND" }) as Error);
  });
});
